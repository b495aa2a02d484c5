import { stringify } from 'yaml'
import type { Db } from '@/db/client'
import { backendNames, planSchema, withBackends, type Plan } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { backendsNamed, listBackends } from '../backends'
import { definitionHash } from '../runs/definition'
import { parseYamlFile } from '../yaml-file'

/** Returns a plan as a file that starts the same experiment anywhere; backends are named by their labels. */
export function planText(db: Db, plan: Plan): string {
  const text = stringify(withBackends(plan, backendNames(listBackends(db))), { lineWidth: 0 })
  return `# SHA-256 of the plan: ${definitionHash(plan)}\n${text}`
}

/** Returns a plan whose backends are ids; throws `invalid_input` with the field where one is not known. */
export function withBackendIds(db: Db, plan: Plan): Plan {
  const backends = listBackends(db)
  return withBackends(plan, (name, field) => {
    const { found, labels } = backendsNamed(backends, name)
    if (found.length === 1) return (found[0] as { id: string }).id
    const why =
      found.length > 1 ? `several backends are called "${name}"` : `there is no backend "${name}"`
    throw new AppError('invalid_input', `${field}: ${why}. There are: ${labels}.`)
  })
}

/** Returns the plan of a YAML file, its backends by id; throws `invalid_input` with the place of what is wrong. */
export function parsePlanFile(db: Db, text: string): Plan {
  return withBackendIds(db, parseYamlFile(text, planSchema, 'plan'))
}
