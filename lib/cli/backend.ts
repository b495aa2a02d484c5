import type { BackendInfo } from '@/lib/contracts/backends'
import { AppError } from '@/lib/errors'
import { backendsNamed, listBackends } from '@/lib/services/backends'
import type { ServiceContext } from '@/lib/services/context'

/** Returns the backend of this id or label; throws `not_found` with the labels there are. */
export function findBackend({ db }: ServiceContext, nameOrId: string): BackendInfo {
  const { found, labels } = backendsNamed(listBackends(db), nameOrId)
  if (found.length === 1) return found[0] as BackendInfo
  if (found.length > 1) {
    throw new AppError('invalid_input', `Several backends are called "${nameOrId}"; use the id.`)
  }
  throw new AppError('not_found', `There is no backend "${nameOrId}". There are: ${labels}.`)
}
