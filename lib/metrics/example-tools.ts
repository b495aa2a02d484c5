import type { ModelIdentity } from '@/lib/backends/types'
import type { MetricTools } from '@/lib/metrics/types'

/** Returns the tools of a model that does not exist, with the given calls: for examples and tests. */
export function stubTools(
  calls: Partial<Omit<MetricTools, 'identity'>> & Partial<ModelIdentity> = {},
): MetricTools {
  const {
    generate,
    scoreTokens,
    tokenize,
    tokenTexts,
    chatIds,
    embed,
    progress,
    signal,
    ...identity
  } = calls
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
    ...(generate && { generate }),
    ...(scoreTokens && { scoreTokens }),
    ...(tokenize && { tokenize }),
    ...(tokenTexts && { tokenTexts }),
    ...(chatIds && { chatIds }),
    ...(embed && { embed }),
    progress: progress ?? (() => undefined),
    signal: signal ?? new AbortController().signal,
  }
}
