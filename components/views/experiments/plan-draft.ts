import { parse, stringify } from 'yaml'
import type { z } from 'zod'
import { keyOf } from '@/components/fields/key-of'
import {
  backendNames,
  planDecodingSchema,
  planSchema,
  withBackends,
  type Plan,
} from '@/lib/contracts/experiment'

/** A plan while it is written: what is left out has its default, and fields may be empty. */
export type Draft = z.input<typeof planSchema>
export type DraftArm = Draft['arms'][number]

type Named = { id: string; label: string }

export function newArm(label: string, armClass: DraftArm['armClass'] = 'other'): DraftArm {
  const decoding = planDecodingSchema.parse({})
  return { key: keyOf(label), label, armClass, backend: '', decoding, prompts: {} }
}

/** A plan to begin with: two evolvers, three rounds, no responses. */
export function newDraft(): Draft {
  return {
    evolens_plan: 1,
    name: 'Experiment',
    seeds: { sets: [], rows: null, seed: 1 },
    scenario: { kind: 'evol-instruct', rounds: 3 },
    arms: [newArm('Small', 'small'), newArm('Large', 'large')],
    responses: null,
    judge: null,
    measures: null,
    budget: null,
  }
}

/** The plan as the text of its file, backends by label. */
export function draftText(draft: Draft, backends: readonly Named[]): string {
  const whole = planSchema.safeParse(draft).data ?? draft
  return stringify(withBackends(whole, backendNames(backends)), { lineWidth: 0 })
}

export type Problems = ReadonlyMap<string, string>

/** What keeps a draft from being a plan: field (`arms.0.backend`) -> what to do. */
export function problemsOf(draft: unknown): Problems {
  const issues = planSchema.safeParse(draft).error?.issues ?? []
  const named = issues.map(({ path, message }): [string, string] => {
    const field = path.join('.')
    if (field.endsWith('backend')) return [field, 'Choose a backend.']
    if (field.endsWith('label') || field === 'name') return [field, 'Give it a name.']
    if (field.endsWith('key')) return [field, 'Use letters a to z, digits and hyphens.']
    return [field, message]
  })
  return new Map(named)
}

/** What a text says as a plan; where it is none yet, why, each with its place. */
export function readText(
  text: string,
  backends: readonly Named[],
): { plan: Plan } | { problems: Problems } {
  let found: unknown
  try {
    found = parse(text)
  } catch (error) {
    return {
      problems: new Map([['', error instanceof Error ? error.message : 'This is not YAML.']]),
    }
  }
  const problems = new Map(problemsOf(found))
  const plan = planSchema.safeParse(found).data
  if (!plan) return { problems }
  const named = withBackends(plan, (name, field) => {
    const fits = backends.filter(
      ({ id, label }) => id === name || label.toLowerCase() === name.toLowerCase(),
    )
    if (fits.length === 1) return (fits[0] as Named).id
    problems.set(
      field,
      fits.length === 0 ? `There is no backend "${name}".` : `Several backends are "${name}".`,
    )
    return name
  })
  return problems.size > 0 ? { problems } : { plan: named }
}

export type SweepBy = 'temperature' | 'backend' | 'prompt'

/** Returns evolvers like this one, one for each value: a temperature, a backend, or a version of a prompt. */
export function sweepOf(
  arm: DraftArm,
  by: SweepBy,
  values: readonly { value: string; label: string }[],
  promptId = '',
): DraftArm[] {
  return values.map(({ value, label }) => {
    const name = `${arm.label}, ${label}`.slice(0, 80)
    const same = { ...arm, label: name, key: keyOf(`${arm.key}-${label}`) }
    if (by === 'temperature') {
      return { ...same, decoding: { ...arm.decoding, temperature: Number(value) } }
    }
    if (by === 'backend') return { ...same, backend: value }
    return { ...same, prompts: { ...arm.prompts, [promptId]: value } }
  })
}
