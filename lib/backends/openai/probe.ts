import { errorCode, errorMessage } from '@/lib/errors'
import type { NetworkEnvironment } from '../http/address'
import type { HttpClient } from '../http/client'
import {
  GREEDY,
  type CapabilityState,
  type CapabilityTable,
  type GenerateReply,
  type ProbeResult,
  type ProbeStep,
} from '../types'
import { chatCall, newDialect, WARM_UP_MS } from './chat'
import type { OpenaiConfig } from './config'
import { embedCall } from './embeddings'
import { dialectSettings, norm, openaiIdentity, openClient, vectorSettings } from './session'
import { modelsReplySchema, parseReply } from './wire'

const QUICK_MS = 10_000
const MODELS_BYTES = 2 * 1024 * 1024
// Equal texts must give equal vectors; float32 noise of batching stays below this.
const SAME_VECTOR = 1e-5

const NO_SCORES: CapabilityState = {
  state: 'no',
  reason:
    'This kind of service does not return log-probabilities of given text. Use the embedded engine for IFD.',
}

function no(reason: string): CapabilityState {
  return { state: 'no', reason }
}

type Steps = ProbeStep[]

async function step<T>(
  steps: Steps,
  name: string,
  run: () => Promise<[T, string]>,
): Promise<T | null> {
  try {
    const [value, detail] = await run()
    steps.push({ name, state: 'pass', detail })
    return value
  } catch (error) {
    if (errorCode(error) === 'cancelled') throw error
    steps.push({ name, state: 'fail', detail: errorMessage(error) })
    return null
  }
}

async function listModels(
  client: HttpClient,
  withoutKey: boolean,
  signal?: AbortSignal,
): Promise<string[]> {
  const reply = await client.send({
    method: 'GET',
    path: '/v1/models',
    withoutKey,
    timeoutMs: QUICK_MS,
    maxBytes: MODELS_BYTES,
    signal,
  })
  return parseReply(modelsReplySchema, reply.json).data.map((model) => model.id)
}

type Generate = ReturnType<typeof chatCall>

async function probeChat(
  steps: Steps,
  table: CapabilityTable,
  config: OpenaiConfig,
  generate: Generate,
  signal?: AbortSignal,
): Promise<GenerateReply | null> {
  const ask = (content: string, params: Partial<typeof GREEDY>, timeoutMs?: number) =>
    generate(
      { messages: [{ role: 'user', content }], params: { ...GREEDY, ...params } },
      signal,
      timeoutMs,
    )
  const first = await step(steps, 'chat', async () => {
    const reply = await ask('Say yes.', { maxTokens: 4 }, WARM_UP_MS)
    const same = reply.model === config.model
    const detail = same
      ? `replies as ${reply.model}`
      : `asked for ${config.model}, replies as ${reply.model || '(no name)'}`
    return [reply, detail]
  })
  if (!first) {
    const reason = steps.at(-1)?.detail ?? ''
    for (const name of ['chat', 'structured', 'outputLogprobs'] as const) table[name] = no(reason)
    return null
  }
  table.chat = { state: 'yes' }
  const scored = await step(steps, 'log-probabilities of generated tokens', async () => {
    const reply = await ask('Say yes.', { maxTokens: 1, topLogprobs: 5 })
    const top = reply.tokens?.[0]?.top ?? []
    if (!reply.tokens?.[0]) throw new Error('no token came with a score')
    return [reply, `${top.length} alternatives for the first token`]
  })
  table.outputLogprobs = scored ? { state: 'yes' } : no(steps.at(-1)?.detail ?? '')
  const schema = {
    type: 'object',
    properties: { colour: { type: 'string', enum: ['zx-red', 'zx-blue'] } },
    required: ['colour'],
    additionalProperties: false,
  }
  const structured = await step(steps, 'replies that follow a schema', async () => {
    const reply = await ask('What is the capital of France?', { maxTokens: 64, jsonSchema: schema })
    const parsed = JSON.parse(reply.text) as { colour?: unknown }
    if (parsed.colour !== 'zx-red' && parsed.colour !== 'zx-blue') {
      throw new Error('the schema was accepted and ignored')
    }
    return [true, 'the reply follows the schema']
  })
  table.structured = structured ? { state: 'yes' } : no(steps.at(-1)?.detail ?? '')
  return first
}

async function probeEmbeddings(
  steps: Steps,
  client: HttpClient,
  config: OpenaiConfig,
  signal?: AbortSignal,
): Promise<Float32Array | null> {
  const embed = embedCall(client, config.model)
  return step(steps, 'embeddings', async () => {
    const { vectors } = await embed(['a red door', 'the sum of two primes', 'a red door'], signal)
    const [a, b, again] = vectors as [Float32Array, Float32Array, Float32Array]
    const alone = (await embed(['a red door'], signal)).vectors[0] as Float32Array
    const gap = (x: Float32Array, y: Float32Array) =>
      x.reduce((most, value, i) => Math.max(most, Math.abs(value - (y[i] ?? NaN))), 0)
    if (!(gap(a, again) <= SAME_VECTOR)) throw new Error('one text gave two vectors')
    if (gap(a, b) <= SAME_VECTOR) throw new Error('two texts gave one vector')
    const note = gap(a, alone) <= SAME_VECTOR ? '' : '; alone and in a list differ slightly'
    return [a, `${a.length} dimensions, length ${norm(a).toFixed(3)}${note}`]
  })
}

/** Returns what the server was found to do; about six small requests. Never throws for a server that fails. */
export async function probeOpenai(
  config: OpenaiConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  const steps: Steps = []
  const unknown: CapabilityState = { state: 'unknown' }
  const table: CapabilityTable = {
    chat: unknown,
    structured: unknown,
    outputLogprobs: unknown,
    promptLogprobs: NO_SCORES,
    embed: unknown,
    tokenize: no('The service has no tokenizer route.'),
  }
  const client = openClient(config, env)
  try {
    const models = await step(steps, 'list of models', async () => {
      const found = await listModels(client, false, signal)
      const there = found.includes(config.model)
      return [
        found,
        there
          ? `${found.length} models, ${config.model} among them`
          : `${config.model} is not among ${found.length} models`,
      ]
    })
    if (config.keyEnv !== null) {
      const isSet = env.secret(config.keyEnv) !== undefined
      steps.push({
        name: 'key',
        state: isSet ? 'pass' : 'fail',
        detail: isSet ? 'the variable is set' : `${config.keyEnv} is not set`,
      })
    }
    let identity = openaiIdentity(config, '', {})
    let latencyMs: number | null = null
    if (config.use === 'chat') {
      const dialect = newDialect()
      const reply = await probeChat(
        steps,
        table,
        config,
        chatCall(client, config.model, dialect),
        signal,
      )
      if (reply) identity = openaiIdentity(config, reply.model, dialectSettings(dialect))
      latencyMs = reply?.latencyMs ?? null
      if (dialect.dropped.size > 0) {
        steps.push({
          name: 'parameters',
          state: 'unknown',
          detail: `refused and left out: ${[...dialect.dropped].join(', ')}`,
        })
      }
      table.embed = no('This backend is set up for chat; add one for embeddings.')
    } else {
      const vector = await probeEmbeddings(steps, client, config, signal)
      table.embed = vector ? { state: 'yes' } : no(steps.at(-1)?.detail ?? '')
      if (vector) identity = openaiIdentity(config, '', vectorSettings(vector))
      for (const name of ['chat', 'structured', 'outputLogprobs'] as const) {
        table[name] = no('This backend is set up for embeddings; add one for chat.')
      }
    }
    return { capabilities: table, identity, models: models ?? [], steps, latencyMs }
  } finally {
    client.close()
  }
}
