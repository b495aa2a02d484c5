import { errorMessage } from '@/lib/errors'
import type {
  BackendEnvironment,
  CapabilityState,
  CapabilityTable,
  ProbeResult,
  ProbeStep,
} from '../types'
import { EMBEDDING_MODELS } from './config'
import type { EmbeddingsConfig } from './config'
import { openEmbeddings } from './session'
import type { EmbeddingsSession } from './session'

const SAME = 1e-5
const UNIT = 1e-4
const SHORT = 'Sort a list of numbers.'
const OTHER = 'Describe how bread is baked, step by step, for someone who has never done it.'

function largest(a: Float32Array, b: Float32Array): number {
  let difference = a.length === b.length ? 0 : Number.POSITIVE_INFINITY
  a.forEach((value, k) => {
    difference = Math.max(difference, Math.abs(value - (b[k] ?? Number.NaN)))
  })
  return difference
}

function table(embed: CapabilityState): CapabilityTable {
  const reason = 'An embedding model; choose a language model for chat and scores.'
  const no: CapabilityState = { state: 'no', reason }
  return {
    chat: no,
    structured: no,
    outputLogprobs: no,
    promptLogprobs: no,
    tokenize: no,
    embed,
  }
}

async function check(session: EmbeddingsSession, limit: number, signal?: AbortSignal) {
  const steps: ProbeStep[] = []
  const add = (name: string, good: boolean, detail: string) =>
    steps.push({ name, state: good ? 'pass' : 'fail', detail })
  const three = await session.embed([SHORT, OTHER, SHORT], signal)
  const [first, second, third] = three.vectors as [Float32Array, Float32Array, Float32Array]
  const sizes = three.vectors.map((vector) => vector.length)
  add('equal lengths', new Set(sizes).size === 1 && first.length > 0, `${sizes[0]} dimensions`)
  add('same text, same vector', largest(first, third) <= SAME, `${largest(first, third)} apart`)
  add('other text, other vector', largest(first, second) > SAME, `${largest(first, second)} apart`)
  const norm = Math.sqrt(first.reduce((sum, value) => sum + value * value, 0))
  add('length 1', Math.abs(norm - 1) <= UNIT, `length ${norm.toFixed(6)}`)
  const alone = (await session.embed([SHORT], signal)).vectors[0] as Float32Array
  add('alone as in a list', largest(first, alone) <= SAME, `${largest(first, alone)} apart`)
  const long = await session.embed(['word '.repeat(2 * limit), SHORT], signal)
  const reported = long.truncated[0] === true && long.truncated[1] === false
  add('too long text is reported', reported, `cut to ${limit} word pieces`)
  return steps
}

/** Opens the model and tries what a metric may ask of it; never throws except on abort. */
export async function probeEmbeddings(
  config: EmbeddingsConfig,
  env: BackendEnvironment,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  const model = EMBEDDING_MODELS[config.modelId]
  let session: EmbeddingsSession | null = null
  try {
    session = await openEmbeddings(config, env, signal)
    const started = performance.now()
    await session.embed([SHORT], signal)
    const latencyMs = performance.now() - started
    const steps = await check(session, model.maxPieces, signal)
    const failed = steps.find((step) => step.state === 'fail')
    const embed: CapabilityState = failed
      ? { state: 'no', reason: `The step "${failed.name}" did not pass: ${failed.detail}` }
      : { state: 'yes' }
    const { identity } = session
    return { capabilities: table(embed), identity, models: [config.modelId], steps, latencyMs }
  } catch (error) {
    signal?.throwIfAborted()
    const detail = errorMessage(error)
    return {
      capabilities: table({ state: 'no', reason: detail }),
      identity: {
        kind: 'embedded-embeddings',
        server: 'transformers.js',
        model: config.modelId,
        revision: 'unknown',
        dtype: model.dtypeLabel,
        settings: {},
        tokenizer: null,
        contextLength: model.maxPieces,
        bosId: null,
      },
      models: [],
      steps: [{ name: 'open the model', state: 'fail', detail }],
      latencyMs: null,
    }
  } finally {
    await session?.close()
  }
}
