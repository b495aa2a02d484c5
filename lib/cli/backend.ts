import type { BackendInfo } from '@/lib/contracts/backends'
import { AppError } from '@/lib/errors'
import { listBackends } from '@/lib/services/backends'
import type { ServiceContext } from '@/lib/services/context'

/** Returns the backend of this id or label; throws `not_found` with the labels there are. */
export function findBackend({ db }: ServiceContext, nameOrId: string): BackendInfo {
  const backends = listBackends(db)
  const wanted = nameOrId.toLowerCase()
  const matches = backends.filter(
    ({ id, label }) => id === nameOrId || label.toLowerCase() === wanted,
  )
  if (matches.length === 1) return matches[0] as BackendInfo
  if (matches.length > 1) {
    throw new AppError('invalid_input', `Several backends are called "${nameOrId}"; use the id.`)
  }
  const labels = backends.map(({ label }) => `"${label}"`).join(', ') || 'none'
  throw new AppError('not_found', `There is no backend "${nameOrId}". There are: ${labels}.`)
}
