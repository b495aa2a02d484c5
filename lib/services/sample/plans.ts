import { planSchema, type Plan } from '@/lib/contracts/experiment'
import { SAMPLE_PROMPTS } from './prompts'
import { SAMPLE_RECIPE } from './seeds'

// Long enough for a full instruction or a worked answer of the sample, short enough for an hour on two cores.
const MAX_TOKENS = 256

// Of those of the program the ones that a few words of Python check, and two more.
const CONSTRAINTS = [
  'Do not use any commas.',
  'End the answer with a question mark.',
  'Use the word because.',
  'Do not use any digits.',
  'End the answer with a full stop.',
  'Use only lower-case letters.',
].join('\n')

// Of each seed set: replies of four sections take the small model long.
const SEEDS = 4

/** What is asked of each scenario: as little as shows every stage. */
const SCENARIOS = [
  { kind: 'evol-instruct', rounds: SAMPLE_RECIPE.rounds },
  { kind: 'auto-evol', draw: SEEDS },
  {
    kind: 'autoif',
    constraints: CONSTRAINTS,
    requests: 1,
    perRequest: 6,
    samples: 3,
    draw: 4,
    queries: 4,
  },
] as const

/** Returns the plans that make the sample with the embedded model, one for each scenario. */
export function samplePlans(): Plan[] {
  const { name, arms } = SAMPLE_RECIPE
  return SCENARIOS.map((scenario) => {
    const prompts = scenario.kind === 'evol-instruct' ? {} : SAMPLE_PROMPTS
    return planSchema.parse({
      name: `${name}: ${scenario.kind}`,
      scenario,
      seeds: { rows: scenario.kind === 'auto-evol' ? SEEDS : null },
      arms: arms
        .filter((arm) => arm.scenario === scenario.kind)
        .map(({ key, label, armClass, decoding }) => ({
          key,
          label,
          armClass,
          backend: 'embedded',
          decoding: { topP: 1, ...decoding, maxTokens: MAX_TOKENS },
          prompts,
        })),
      judge: scenario.kind === 'auto-evol' ? { backend: 'embedded' } : null,
      responses: { backend: 'embedded', maxTokens: MAX_TOKENS },
    })
  })
}
