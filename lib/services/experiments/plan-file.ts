import { stringify } from 'yaml'
import type { Db } from '@/db/client'
import { planSchema, type Plan } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { listBackends } from '../backends'
import { definitionHash } from '../runs/definition'
import { parseYamlFile } from '../yaml-file'

/** Returns the plan with each backend under the name that the function gives it. */
function withBackends(plan: Plan, nameOf: (backend: string, field: string) => string): Plan {
  const { arms, responses, judge, measures } = plan
  const of = <T extends { backend: string }>(model: T | null, field: string): T | null =>
    model && { ...model, backend: nameOf(model.backend, field) }
  const named = ([metric, backend]: [string, string]): [string, string] => [
    metric,
    nameOf(backend, `measures.backends.${metric}`),
  ]
  return {
    ...plan,
    arms: arms.map((arm, at) => ({ ...arm, backend: nameOf(arm.backend, `arms.${at}.backend`) })),
    responses: of(responses, 'responses.backend'),
    judge: of(judge, 'judge.backend'),
    measures: measures && {
      ...measures,
      backends: Object.fromEntries(Object.entries(measures.backends).map(named)),
    },
  }
}

/** Returns a plan as a file that starts the same experiment anywhere; backends are named by their labels. */
export function planText(db: Db, plan: Plan): string {
  const labels = new Map(listBackends(db).map(({ id, label }) => [id, label]))
  const all = [...labels.values()]
  // A label that two backends have says nothing.
  const nameOf = (id: string) => {
    const label = labels.get(id)
    return label !== undefined && all.filter((other) => other === label).length === 1 ? label : id
  }
  const text = stringify(withBackends(plan, nameOf), { lineWidth: 0 })
  return `# SHA-256 of the plan: ${definitionHash(plan)}\n${text}`
}

/** Returns a plan whose backends are ids; throws `invalid_input` with the field where one is not known. */
export function withBackendIds(db: Db, plan: Plan): Plan {
  const backends = listBackends(db)
  return withBackends(plan, (name, field) => {
    const wanted = name.toLowerCase()
    const found = backends.filter(({ id, label }) => id === name || label.toLowerCase() === wanted)
    if (found.length === 1) return (found[0] as { id: string }).id
    const why =
      found.length > 1 ? `several backends are called "${name}"` : `there is no backend "${name}"`
    const labels = backends.map(({ label }) => `"${label}"`).join(', ') || 'none'
    throw new AppError('invalid_input', `${field}: ${why}. There are: ${labels}.`)
  })
}

/** Returns the plan of a YAML file, its backends by id; throws `invalid_input` with the place of what is wrong. */
export function parsePlanFile(db: Db, text: string): Plan {
  return withBackendIds(db, parseYamlFile(text, planSchema, 'plan'))
}
