import type { GenerateReply, ModelIdentity } from '@/lib/backends/types'
import type { MetricRow, MetricTools } from '@/lib/metrics/types'

/** Returns a row that has these fields and nothing else: for examples and tests. */
export function exampleRow(fields: Partial<MetricRow>): MetricRow {
  const empty = { index: 0, instruction: '', input: null, response: null }
  return { ...empty, parent: null, operator: null, ...fields }
}

/** Returns the reply of a model that does not exist. */
export function stubReply(fields: Partial<GenerateReply>): GenerateReply {
  const usage = { promptTokens: 1, completionTokens: 1 }
  return { text: '', finishReason: 'stop', usage, model: 'stub', latencyMs: 0, ...fields }
}

/** Returns the call that scores sequences with the losses that `nllOf` states for positions 1 and on. */
export function stubScores(
  nllOf: (ids: Int32Array) => Iterable<number>,
): NonNullable<MetricTools['scoreTokens']> {
  return async (all) =>
    all.map((ids) => Float32Array.from([NaN, ...Array.from(nllOf(ids), (nll) => -nll)]))
}

/** Returns the tools of a model that does not exist, with the given calls: for examples and tests. */
export function stubTools({
  identity,
  ...calls
}: Partial<Omit<MetricTools, 'identity'>> & {
  identity?: Partial<ModelIdentity>
} = {}): MetricTools {
  return {
    identity: {
      kind: 'stub',
      server: 'stub',
      model: 'stub',
      revision: '1',
      dtype: 'f32',
      settings: {},
      tokenizer: 'stub',
      contextLength: null,
      bosId: null,
      ...identity,
    },
    progress: () => undefined,
    signal: new AbortController().signal,
    ...calls,
  }
}
