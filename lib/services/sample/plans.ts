import { planSchema, type Plan } from '@/lib/contracts/experiment'
import { SAMPLE_RECIPE } from './seeds'

// Long enough for a full instruction or a worked answer of the sample, short enough for an hour on two cores.
const MAX_TOKENS = 256
// Four sections, or a function with its cases, need more.
const LONG_TOKENS = 640

/** What is asked of each scenario: as little as shows every stage. */
const SCENARIOS = [
  { kind: 'evol-instruct', rounds: SAMPLE_RECIPE.rounds },
  { kind: 'auto-evol', draw: 6 },
  { kind: 'autoif', requests: 3, perRequest: 6, samples: 8, draw: 4, queries: 4 },
] as const

/** Returns the plans that make the sample with the embedded model, one for each scenario. */
export function samplePlans(): Plan[] {
  const { name, arms } = SAMPLE_RECIPE
  return SCENARIOS.map((scenario) => {
    const maxTokens = scenario.kind === 'evol-instruct' ? MAX_TOKENS : LONG_TOKENS
    return planSchema.parse({
      name: `${name}: ${scenario.kind}`,
      scenario,
      arms: arms
        .filter((arm) => arm.scenario === scenario.kind)
        .map(({ key, label, armClass, decoding }) => ({
          key,
          label,
          armClass,
          backend: 'embedded',
          decoding: { topP: 1, ...decoding, maxTokens },
        })),
      judge: scenario.kind === 'auto-evol' ? { backend: 'embedded' } : null,
      responses: { backend: 'embedded', maxTokens: MAX_TOKENS },
    })
  })
}
