import { errorMessage } from '@/lib/errors'
import { GREEDY } from '../types'
import type {
  BackendEnvironment,
  CapabilityState,
  CapabilityTable,
  ModelIdentity,
  ProbeResult,
  ProbeStep,
} from '../types'
import type { EmbeddedConfig } from './config'
import { openEmbedded } from './session'
import type { EmbeddedSession } from './session'

// Any competent model finds this easy, and no token follows itself, so values shifted by one stand out.
const TEXT = 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday'
const ALIGNED_NATS = 4
const SHIFTED_NATS = 6
const FLOOR_NATS = -60
const CONTINUED_TOKENS = 4
const REPEATS = 3
// The engine's own threshold for "the same numbers": bit noise of another build, not another model.
const EXACT = 1e-3
const NOISY = 0.05

const NO_EMBEDDINGS = 'A language model; choose the embedded embeddings for sentence vectors.'

/** Returns how far two scores of one prompt may differ for weights of this type, in nats. */
export function tolerance(dtype: string): number {
  if (dtype === 'F32') return 1e-3
  return dtype === 'F16' || dtype === 'BF16' ? 0.02 : 0.05
}

/** Returns the largest difference of two score vectors after the first entry; infinite when they do not compare. */
export function largestDifference(a: Float32Array, b: Float32Array, count = a.length): number {
  let largest = 0
  for (let i = 1; i < count; i += 1) {
    const difference = Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN))
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY
    largest = Math.max(largest, difference)
  }
  return largest
}

type Outcome = Pick<ProbeStep, 'state' | 'detail'>

class Steps {
  readonly list: ProbeStep[] = []

  async run(name: string, work: () => Promise<Outcome>): Promise<boolean> {
    try {
      this.list.push({ name, ...(await work()) })
    } catch (error) {
      this.list.push({ name, state: 'fail', detail: errorMessage(error) })
    }
    return this.list.at(-1)?.state === 'pass'
  }

  firstFailure(names: readonly string[]): ProbeStep | undefined {
    return this.list.find((step) => names.includes(step.name) && step.state !== 'pass')
  }
}

function judge(good: boolean, detail: string): Outcome {
  return { state: good ? 'pass' : 'fail', detail }
}

async function scoringSteps(steps: Steps, session: EmbeddedSession, signal?: AbortSignal) {
  const [ids = new Int32Array(0)] = await session.tokenize([TEXT], false, signal)
  const twice = Int32Array.from([...ids, ...ids])
  const limit = tolerance(session.identity.dtype)
  let scores: Float32Array = new Float32Array(0)

  await steps.run('tokenize', async () => {
    const [withSpecial = new Int32Array(0)] = await session.tokenize([TEXT], true, signal)
    const text = (await session.tokenTexts(ids, signal)).join('')
    const added = withSpecial.length - ids.length
    return judge(text === TEXT, `${ids.length} tokens return the text; ${added} added by default`)
  })
  await steps.run('score', async () => {
    scores = (await session.scoreTokens([ids], signal))[0] ?? scores
    const finite = scores.subarray(1).every((v) => Number.isFinite(v) && v <= 0 && v > FLOOR_NATS)
    const shape = scores.length === ids.length && Number.isNaN(scores[0])
    return judge(shape && finite, `${scores.length} values for ${ids.length} tokens`)
  })
  let pair: Float32Array[] = []
  await steps.run('order', async () => {
    pair = await session.scoreTokens([ids, twice], signal)
    const good = pair[0]?.length === ids.length && pair[1]?.length === twice.length
    return judge(
      good && largestDifference(scores, pair[0] ?? scores) <= EXACT,
      'two prompts at once',
    )
  })
  await steps.run('prefix', async () => {
    const difference = largestDifference(scores, pair[1] ?? new Float32Array(0))
    return judge(difference <= limit, `largest difference ${difference.toExponential(1)} nats`)
  })
  await steps.run('shifted sum', async () => {
    const half = scores.subarray(Math.floor(scores.length / 2))
    const mean = -half.reduce((sum, value) => sum + value, 0) / half.length
    const detail = `mean loss ${mean.toFixed(2)} nats over the second half`
    if (mean < ALIGNED_NATS) return { state: 'pass', detail }
    return { state: mean > SHIFTED_NATS ? 'fail' : 'unknown', detail }
  })
  await steps.run('alignment', async () => {
    const params = { ...GREEDY, maxTokens: CONTINUED_TOKENS, topLogprobs: 0 }
    const reply = await session.continueIds(ids, params, signal)
    const tokens = reply.tokens ?? []
    const all = Int32Array.from([...ids, ...tokens.map((token) => token.id ?? -1)])
    const [scored = new Float32Array(0)] = await session.scoreTokens([all], signal)
    const generated = Float32Array.from([0, ...tokens.map((token) => token.logprob)])
    const own = Float32Array.from([0, ...scored.subarray(ids.length)])
    const difference = largestDifference(generated, own)
    const good = tokens.length > 0 && difference <= limit
    return judge(
      good,
      `${tokens.length} generated tokens, ${difference.toExponential(1)} nats apart`,
    )
  })
  await steps.run('determinism', async () => {
    const apart: Float32Array[] = []
    for (let i = 0; i < REPEATS; i += 1) apart.push(...(await session.scoreTokens([ids], signal)))
    const together = await Promise.all(
      [ids, twice, ids, ids].map(async (row) => (await session.scoreTokens([row], signal))[0]),
    )
    const differences = [...apart, ...together].map((other) =>
      largestDifference(scores, other ?? new Float32Array(0)),
    )
    const worst = Math.max(...differences)
    const word = worst <= EXACT ? 'exact' : 'noisy'
    return judge(worst <= NOISY, `${word}: largest difference ${worst.toExponential(1)} nats`)
  })
}

async function chatSteps(steps: Steps, session: EmbeddedSession, signal?: AbortSignal) {
  const messages = [{ role: 'user', content: 'What is the capital of France?' }] as const
  await steps.run('chat', async () => {
    const params = { ...GREEDY, maxTokens: 4 }
    const reply = await session.generate({ messages, params }, signal)
    return judge(reply.text !== '', `${reply.usage.completionTokens} tokens`)
  })
  await steps.run('output scores', async () => {
    const params = { ...GREEDY, maxTokens: 1, topLogprobs: 5 }
    const reply = await session.generate({ messages, params }, signal)
    const top = reply.tokens?.[0]?.top ?? []
    const sorted = top.every(
      ({ logprob }, i) =>
        Number.isFinite(logprob) && (i === 0 || logprob <= (top[i - 1]?.logprob ?? 0)),
    )
    return judge(top.length === 5 && sorted, `${top.length} alternatives`)
  })
  await steps.run('structured', async () => {
    const colours = ['violet', 'ochre']
    const schema = { type: 'object', properties: { colour: { enum: colours } } }
    const params = { ...GREEDY, maxTokens: 40, jsonSchema: schema }
    const reply = await session.generate({ messages, params }, signal)
    const value = (JSON.parse(reply.text) as { colour?: unknown }).colour
    return judge(colours.includes(String(value)), 'the reply follows the schema')
  })
}

function state(failure: ProbeStep | undefined): CapabilityState {
  if (!failure) return { state: 'yes' }
  const reason = `The step "${failure.name}" did not pass: ${failure.detail}`
  return { state: failure.state === 'unknown' ? 'unknown' : 'no', reason }
}

function unavailable(reason: string): CapabilityTable {
  const no: CapabilityState = { state: 'no', reason }
  return {
    chat: no,
    structured: no,
    outputLogprobs: no,
    promptLogprobs: no,
    tokenize: no,
    embed: { state: 'no', reason: NO_EMBEDDINGS },
  }
}

function unopened(config: EmbeddedConfig): ModelIdentity {
  return {
    kind: 'embedded',
    server: 'llama.cpp',
    model: config.modelPath ?? config.modelId,
    revision: 'unknown',
    dtype: 'unknown',
    settings: {},
    tokenizer: null,
    contextLength: null,
    bosId: null,
  }
}

/** Opens the model and tries everything that a metric may ask of it; never throws except on abort. */
export async function probeEmbedded(
  config: EmbeddedConfig,
  env: BackendEnvironment,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  const steps = new Steps()
  let session: EmbeddedSession
  try {
    session = await openEmbedded(config, env, { signal })
  } catch (error) {
    signal?.throwIfAborted()
    const detail = errorMessage(error)
    return {
      capabilities: unavailable(detail),
      identity: unopened(config),
      models: [],
      steps: [{ name: 'open the model', state: 'fail', detail }],
      latencyMs: null,
    }
  }
  try {
    const { info } = session
    const way =
      info.path === 'fast'
        ? `fast path, within ${(info.checkDifference ?? 0).toExponential(1)} nats of the public functions`
        : `slow public functions: ${info.fallbackReason}`
    steps.list.push({ name: 'open the model', state: 'pass', detail: way })
    await scoringSteps(steps, session, signal)
    if (info.hasChatTemplate) await chatSteps(steps, session, signal)
    const started = performance.now()
    await session.tokenize([TEXT], false, signal)
    const latencyMs = performance.now() - started
    signal?.throwIfAborted()
    const noTemplate = 'The model file has no chat template; choose an instruction-tuned model.'
    const chat = (names: string[]): CapabilityState =>
      info.hasChatTemplate ? state(steps.firstFailure(names)) : { state: 'no', reason: noTemplate }
    const scoring = ['score', 'order', 'prefix', 'shifted sum', 'alignment', 'determinism']
    return {
      capabilities: {
        chat: chat(['chat']),
        structured: chat(['structured']),
        outputLogprobs: chat(['output scores', 'alignment']),
        promptLogprobs: state(steps.firstFailure(scoring)),
        tokenize: state(steps.firstFailure(['tokenize'])),
        embed: { state: 'no', reason: NO_EMBEDDINGS },
      },
      identity: session.identity,
      models: [session.identity.model],
      steps: steps.list,
      latencyMs,
    }
  } finally {
    await session.close()
  }
}
