import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startStub, type StubReply, type StubServer } from '@/lib/testing/servers/openai'
import { compareVectors } from '@/lib/backends/probe/identity'
import { LONGER_TEXT, PROBE_TEXT } from '@/lib/backends/probe/tokens'
import { loadExchange, replyOf, type Answer } from '@/lib/testing/recordings/exchange'
import type { BackendEnvironment, ProbeResult } from '@/lib/backends/types'
import { vllm } from '../vllm'

// A SmolLM2-135M on vLLM 0.32.0 in float32, as far as it was recorded; what was not recorded is filled in plausibly.
const exchange = (name: string) => loadExchange('vllm', name)
const recorded = (name: string) => replyOf(exchange(name))
const tokensOf = (name: string) => (exchange(name).response as { tokens: number[] }).tokens
const choiceOf = (name: string) =>
  (exchange(name).response as { choices: { prompt_logprobs: object[] }[] }).choices[0]

const P = tokensOf('probe_tokenize')
const LONGER = [...P, 28, 7, ...P.slice(1)]
const KNOWN = new Map(
  ['probe_score_ids', 'probe_score_continuation'].map((name) => {
    const [prompt] = (exchange(name).request ?? {}).prompt as number[][]
    return [String(prompt), choiceOf(name)?.prompt_logprobs]
  }),
)

function scoresOf(ids: number[]): (object | null)[] {
  const start = KNOWN.get(String(ids.slice(0, P.length))) ?? []
  const whole = KNOWN.get(String(ids))
  return ids.map((id, i) => {
    if (i === 0) return null
    return whole?.[i] ?? start[i] ?? { [id]: { logprob: -3, rank: 9, decoded_token: '' } }
  })
}

function completions(body: Record<string, unknown>): StubReply {
  if (body.prompt === PROBE_TEXT) return recorded('probe_score_text')
  const prompt = body.prompt as number[] | number[][]
  if (String(prompt) === String(P) && body.logprobs === 1) return recorded('probe_generate')
  const lists = (typeof prompt[0] === 'number' ? [prompt] : prompt) as number[][]
  if (lists.some((ids) => ids.length > 1023)) return recorded('err_prompt_fills_context')
  const choices = lists.map((ids, index) => ({ index, prompt_logprobs: scoresOf(ids) }))
  return { body: { model: 'smollm2-135m', choices } }
}

const answer: Answer = ({ path, body }) => {
  const { prompt } = body
  if (path === '/version') return recorded('version')
  if (path === '/v1/models') return recorded('models')
  if (path === '/v1/completions') return completions(body)
  if (path === '/v1/chat/completions') return recorded('chat_logprobs')
  if (path === '/tokenize' && body.messages) return recorded('tokenize_chat')
  if (path === '/tokenize' && prompt === PROBE_TEXT) return recorded('probe_tokenize')
  if (path === '/tokenize') return { body: { tokens: prompt === LONGER_TEXT ? LONGER : [5, 6, 8] } }
  if (path === '/detokenize') return { body: { prompt: PROBE_TEXT } }
  return recorded('embeddings_not_served')
}

const env: BackendEnvironment = {
  cacheDir: '',
  modelsDir: null,
  secret: () => undefined,
  log: () => undefined,
}

describe('the probe on recorded replies of vLLM', () => {
  let stub: StubServer
  let probe: ProbeResult
  const step = (name: string) => probe.steps.find((one) => one.name === name)

  beforeAll(async () => {
    stub = await startStub(answer)
    const settings = { baseUrl: stub.url, model: 'smollm2-135m', dtype: 'float32' }
    probe = await vllm.probe(vllm.config.parse(settings), env)
  })
  afterAll(() => stub.close())

  it('believes its prompt scores', () => {
    expect(probe.capabilities.promptLogprobs).toEqual({ state: 'yes' })
    expect(step('prompt scores by text')?.state).toBe('pass')
    expect(step('shifted sum')?.detail).toBe('mean loss 0.48 nats over the second half')
    expect(step('alignment')).toMatchObject({
      state: 'pass',
      detail: '4 generated tokens, scored and generated 3.6e-6 nats apart',
    })
    expect(step('context length')?.detail).toBe('1023 tokens work, one more is refused')
  })

  it('states server, model and context length', () => {
    expect(probe.identity).toMatchObject({
      server: 'vLLM 0.32.0',
      model: 'smollm2-135m',
      contextLength: 1024,
      bosId: null,
    })
  })

  it('knows the model again by the recorded scores, and another one by others', () => {
    const { vector } = probe
    expect(vector?.labels).toEqual(P.slice(1))
    expect(vector?.values[0]).toBeCloseTo(-2.0054433345794678, 6)
    const other = { ...vector, values: vector?.values.map((value) => value - 0.1) }
    expect(compareVectors(vector, vector).verdict).toBe('same')
    expect(compareVectors(vector, other as typeof vector).verdict).toBe('different')
  })

  it('denies schemas and embeddings that were not served', () => {
    expect(probe.capabilities.structured.reason).toContain('ignored')
    expect(probe.capabilities.embed.flag).toBe('--runner pooling')
  })
})
