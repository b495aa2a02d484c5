import type { ModelIdentity } from '@/lib/backends/types'
import type { CheckTools } from '@/lib/evolution'
import type { MetricTools } from '@/lib/metrics/types'
import type { MeteredSession } from '@/lib/worker/types'

/** Stands for "no model" where a metric needs none. */
const NO_MODEL: ModelIdentity = {
  kind: 'none',
  server: '',
  model: '',
  revision: '',
  dtype: '',
  settings: {},
  tokenizer: null,
  contextLength: null,
  bosId: null,
}

/** Returns the backend calls of a session as a metric sees them, bound to the job's signal. */
export function metricTools(
  session: MeteredSession | null,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
  checks: CheckTools | null = null,
  tagWords: MetricTools['tagWords'] | null = null,
): MetricTools {
  const { generate, scoreTokens, tokenize, tokenTexts, chatIds, embed, reward } = session ?? {}
  return {
    identity: session?.identity ?? NO_MODEL,
    signal,
    progress,
    ...(generate ? { generate: (request) => generate(request, signal) } : {}),
    ...(scoreTokens ? { scoreTokens: (sequences) => scoreTokens(sequences, signal) } : {}),
    ...(tokenize ? { tokenize: (texts, addSpecial) => tokenize(texts, addSpecial, signal) } : {}),
    ...(tokenTexts ? { tokenTexts: (ids) => tokenTexts(ids, signal) } : {}),
    ...(chatIds ? { chatIds: (conversations, open) => chatIds(conversations, open, signal) } : {}),
    ...(checks
      ? { runChecks: (functions, cases) => checks.runChecks(functions, cases, signal) }
      : {}),
    ...(tagWords ? { tagWords } : {}),
    ...(reward ? { reward: (pairs) => reward(pairs, signal) } : {}),
    ...(embed ? { embed: (texts) => embed(texts, signal) } : {}),
  }
}
