import { z } from 'zod'
import { texts } from './fields'

/** What each step of a probe is called, by its id; the probe, the page and stored probes find steps by id. */
export const PROBE_STEPS = {
  connect: 'connect',
  key: 'key',
  models: 'list of models',
  chat: 'chat',
  model: 'model',
  outputLogprobs: 'log-probabilities of generated tokens',
  structured: 'structured output',
  tokenize: 'tokenize',
  bos: 'BOS',
  promptScores: 'prompt scores',
  byIds: 'prompt scores by ids',
  byText: 'prompt scores by text',
  order: 'order',
  prefix: 'prefix',
  shift: 'shifted sum',
  alignment: 'alignment',
  determinism: 'determinism',
  length: 'context length',
  embeddings: 'embeddings',
  beyondLimit: 'texts beyond the limit',
  reward: 'rewards',
  latency: 'latency',
  replica: 'replica',
} as const
export type ProbeStepId = keyof typeof PROBE_STEPS

const ID_OF = new Map<unknown, string>(Object.entries(PROBE_STEPS).map(([id, name]) => [name, id]))

/** Steps of probes that were stored before steps had ids get the id of their name. */
function withId(value: unknown): unknown {
  const step = value as { id?: unknown; name?: unknown } | null
  if (typeof step?.name !== 'string' || step.id !== undefined) return value
  const id = step.name.startsWith('replica ') ? 'replica' : ID_OF.get(step.name)
  return { id: id ?? '', ...step }
}

/** One step of a probe, as it is stored and sent. */
export const probeStepSchema = z.preprocess(
  withId,
  z.object({
    ...texts('id', 'name', 'state', 'detail'),
    remedy: z.string().optional(),
    flag: z.string().optional(),
  }),
)
export type ProbeStepInfo = z.infer<typeof probeStepSchema>
