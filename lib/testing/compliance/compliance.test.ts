import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import { readConfig } from '@/lib/config'
import { modelStatus } from '@/lib/models/status'
import { startStub, type StubServer } from '../servers/openai'
import { failureKind } from '@/lib/backends/session/request-error'
import { exchangeNames, loadExchange, replyOf, samePath } from '../recordings/exchange'
import { callSession } from './calls'
import type { ExpectedError, Subject } from './subject'
import { SUBJECTS } from './subjects'
import {
  CAPABILITIES,
  GREEDY,
  type BackendEnvironment,
  type BackendSession,
  type Capability,
  type ProbeResult,
  type ProbeStep,
} from '@/lib/backends/types'

const env: BackendEnvironment = {
  cacheDir: readConfig().cacheDir,
  modelsDir: process.env.EVOLENS_MODELS_DIR ?? null,
  secret: () => undefined,
  log: () => undefined,
}
// Batching may change the last bits of a real engine's numbers; no two tokens or texts are this close by chance.
const SCORE_NOISE = 0.02
const VECTOR_NOISE = 1e-5
// Loading a model twice on a machine that does other things as well.
const OPEN_MS = 240_000

function gap(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b || a.length !== b.length) return Infinity
  return a.reduce(
    (most, value, i) =>
      Number.isNaN(value) ? most : Math.max(most, Math.abs(value - (b[i] as number))),
    0,
  )
}
const METHODS: Partial<Record<Capability, keyof BackendSession>> = {
  chat: 'generate',
  promptLogprobs: 'scoreTokens',
  embed: 'embed',
  tokenize: 'tokenize',
  reward: 'reward',
}

const LABELLED = await Promise.all(
  SUBJECTS.map(async (subject) => {
    const ready = !subject.model || (await modelStatus(subject.model, env)).state === 'ready'
    return {
      subject,
      ready,
      title: ready ? subject.name : `${subject.name}: skipped, its model file is not here`,
    }
  }),
)

/** Compliance table: what the probe found on the well-behaved server of each subject. */
const TABLE: string[] = []
afterAll(() => {
  if (!process.env.COMPLIANCE_TABLE) return
  const head = `| backend | ${CAPABILITIES.join(' | ')} |\n|${'---|'.repeat(CAPABILITIES.length + 1)}`
  process.stdout.write(`\n${head}\n${TABLE.join('\n')}\n`)
})

describe.each(LABELLED)('$title', ({ subject, ready }) => {
  const { kind } = subject
  let stub: StubServer | undefined
  let session: BackendSession
  let probe: ProbeResult
  const reported: ProbeStep[] = []

  beforeAll(async () => {
    if (!ready) return
    if (subject.serve) stub = await startStub(subject.serve())
    const parsed = kind.config.parse(subject.config(stub?.url ?? ''))
    session = await kind.open(parsed, env)
    probe = await kind.probe(parsed, env, undefined, (step) => reported.push(step))
    const { capabilities } = probe
    const marks = CAPABILITIES.map(
      (name) => ({ yes: 'yes', no: '', unknown: '?' })[capabilities[name].state],
    )
    TABLE.push(`| ${subject.name} | ${marks.join(' | ')} |`)
  }, OPEN_MS)
  afterAll(async () => {
    await session?.close()
    await stub?.close()
  })

  const has = (capability: Capability) => probe.capabilities[capability].state === 'yes'

  it.skipIf(!ready)('has what it promises, and gives a reason for what it lacks', () => {
    const found = CAPABILITIES.filter((capability) => has(capability))
    const promised = CAPABILITIES.filter((capability) => subject.has.includes(capability))
    if (found.join() !== promised.join()) throw new Error(JSON.stringify(probe.steps, null, 1))
    const wrong = CAPABILITIES.filter((capability) => {
      const { state, reason } = probe.capabilities[capability]
      if (state !== 'yes') return !reason
      const method = METHODS[capability]
      const there = method === undefined || typeof session[method] === 'function'
      return !(there && kind.capabilities.includes(capability))
    })
    expect(wrong).toEqual([])
  })

  it.skipIf(!ready)('reports each step as it is decided, or all at the end', () => {
    expect([[], probe.steps]).toContainEqual(reported)
    expect(probe.steps.every(({ name, detail }) => name !== '' && detail !== '')).toBe(true)
  })

  it.skipIf(!ready)('states one identity, opened or probed, without address or key', () => {
    expect(probe.identity).toEqual(session.identity)
    expect(session.identity.kind).toBe(kind.id)
    expect(JSON.stringify(session.identity)).not.toMatch(/https?:|127\.0\.0\.1/)
  })

  it.skipIf(!ready)('chats: same request, same reply; the limit is kept', async () => {
    if (!has('chat') || !session.generate) return
    const request = {
      messages: [{ role: 'user', content: 'Name a colour.' } as const],
      params: { ...GREEDY, maxTokens: 3 },
    }
    const [a, b] = [await session.generate(request), await session.generate(request)]
    expect(a.text).toBe(b.text)
    expect(a.usage.completionTokens).toBeLessThanOrEqual(3)
    expect(['stop', 'length', 'other']).toContain(a.finishReason)
    expect(a.tokens).toBeUndefined()
  })

  it.skipIf(!ready)('scores generated tokens: finite, at most 0, alternatives sorted', async () => {
    if (!has('outputLogprobs') || !session.generate) return
    const params = { ...GREEDY, maxTokens: 4, topLogprobs: 3 }
    const reply = await session.generate({
      messages: [{ role: 'user', content: 'Go on.' }],
      params,
    })
    expect(reply.tokens?.map((token) => token.text).join('')).toBe(reply.text)
    for (const token of reply.tokens ?? []) {
      expect(token.logprob).toBeLessThanOrEqual(0)
      expect(token.logprob).toBeGreaterThan(-1e3)
      const scores = token.top.map((entry) => entry.logprob)
      expect(scores).toEqual([...scores].sort((x, y) => y - x))
      expect(scores.length).toBeLessThanOrEqual(3)
    }
  })

  it.skipIf(!ready)('follows a schema', async () => {
    if (!has('structured') || !session.generate) return
    const jsonSchema = {
      type: 'object',
      properties: { level: { type: 'string', enum: ['low', 'high'] } },
      required: ['level'],
    }
    const params = { ...GREEDY, maxTokens: 60, jsonSchema }
    const reply = await session.generate({
      messages: [{ role: 'user', content: 'Which level?' }],
      params,
    })
    expect(['low', 'high']).toContain((JSON.parse(reply.text) as { level: string }).level)
  })

  it.skipIf(!ready)(
    'scores given tokens: NaN first, then finite and at most 0, whatever the batch',
    async () => {
      if (!has('promptLogprobs') || !session.scoreTokens || !session.tokenize) return
      const texts = ['Monday, Tuesday, Wednesday', 'one', 'Monday, Tuesday, Wednesday, Thursday']
      const sequences = await session.tokenize(texts, true)
      const together = await session.scoreTokens(sequences)
      together.forEach((scores, i) => {
        expect(scores).toHaveLength(sequences[i]?.length ?? -1)
        expect(scores[0]).toBeNaN()
        expect(scores.subarray(1).every((score) => score <= 0 && Number.isFinite(score))).toBe(true)
      })
      const alone = await session.scoreTokens([sequences[2] as Int32Array])
      expect(gap(alone[0], together[2])).toBeLessThan(SCORE_NOISE)
      // What is scored depends on what stands before, never on what follows.
      const prefix = together[2]?.slice(0, together[0]?.length)
      expect(gap(prefix, together[0])).toBeLessThan(SCORE_NOISE)
      expect(await session.scoreTokens([])).toEqual([])
    },
  )

  it.skipIf(!ready)(
    'tokenises: adding specials adds at most the BOS, texts of ids make up the text',
    async () => {
      if (!has('tokenize') || !session.tokenize) return
      const text = 'Two words,\nthree!'
      const [plain] = await session.tokenize([text], false)
      const [special] = await session.tokenize([text], true)
      const { bosId } = session.identity
      expect([...(special ?? [])]).toEqual([...(bosId === null ? [] : [bosId]), ...(plain ?? [])])
      const texts = (await session.tokenTexts?.(plain ?? new Int32Array())) ?? [text]
      expect(texts.join('')).toBe(text)
    },
  )

  it.skipIf(!ready)('embeds: equal texts alike, different texts apart, in order', async () => {
    if (!has('embed') || !session.embed) return
    const { vectors, truncated } = await session.embed([
      'a red door',
      'a long equation',
      'a red door',
    ])
    expect(vectors).toHaveLength(3)
    expect(truncated).toHaveLength(3)
    expect(gap(vectors[0], vectors[2])).toBeLessThan(VECTOR_NOISE)
    expect(gap(vectors[0], vectors[1])).toBeGreaterThan(VECTOR_NOISE)
    expect(new Set(vectors.map((vector) => vector.length)).size).toBe(1)
  })

  it.skipIf(!ready)(
    'rewards: more for the reply that answers, in order, the same alone',
    async () => {
      if (!has('reward') || !session.reward) return
      const request = 'Name the colour of the sky on a clear day.'
      const good = { request, reply: 'The colour of the sky on a clear day is blue.' }
      const bad = { request, reply: 'Potatoes, boiled.' }
      const [first, second, third] = (await session.reward([bad, good, bad])) as [
        number,
        number,
        number,
      ]
      expect(second).toBeGreaterThan(first)
      expect(third).toBeCloseTo(first, 1)
      const [alone] = await session.reward([good])
      expect(alone).toBeCloseTo(second, 1)
    },
  )

  it.skipIf(!ready)('stops on abort with `cancelled`', async () => {
    const signal = AbortSignal.abort()
    for (const call of ['chat', 'embed', 'score', 'reward'] as const) {
      const error = await callSession(session, call, signal).then(
        () => null,
        (caught: unknown) => caught,
      )
      if (error === 'absent') continue
      expect(error).toBeInstanceOf(AppError)
      expect((error as AppError).code).toBe('cancelled')
    }
  })
})

/** A server that gives the recorded refusal where it was met: from the start, or once the session is open. */
async function refuse(subject: Subject, name: string, expected: ExpectedError): Promise<unknown> {
  const exchange = loadExchange(subject.wire as string, name)
  const healthy = subject.serve?.()
  let open = false
  const stub = await startStub((request) => {
    const met = open || expected.call === 'open'
    return met && samePath(request.path, expected.route ?? exchange.path)
      ? replyOf(exchange)
      : (healthy?.(request) ?? null)
  })
  try {
    const session = await subject.kind.open(
      subject.kind.config.parse(subject.config(stub.url)),
      env,
    )
    open = true
    await callSession(session, expected.call).finally(() => session.close())
    return null
  } catch (error) {
    return error
  } finally {
    await stub.close()
  }
}

const REPLAYED = SUBJECTS.flatMap((subject) =>
  Object.entries(subject.errors ?? {}).map(([name, expected]) => ({
    subject,
    name,
    expected,
    title: `${subject.wire}/${name} is ${expected.kind}`,
  })),
)

describe('recorded refusals', () => {
  it.each(REPLAYED)('$title', async ({ subject, name, expected }) => {
    const error = await refuse(subject, name, expected)
    expect(error, 'the call succeeded').toBeInstanceOf(AppError)
    const reason = (error as AppError).details?.reason
    expect({ kind: failureKind(error), reason }).toEqual({
      kind: expected.kind,
      reason: expected.reason ?? reason,
    })
  })

  it.each([...new Set(SUBJECTS.map(({ wire }) => wire ?? ''))].filter((wire) => wire !== ''))(
    'all of %s are expected',
    (wire) => {
      const expected = SUBJECTS.filter((subject) => subject.wire === wire).flatMap((subject) =>
        Object.keys(subject.errors ?? {}),
      )
      const recorded = exchangeNames(wire).filter((name) => name.startsWith('err_'))
      expect(expected.sort()).toEqual(recorded)
    },
  )
})

const REFUSALS = SUBJECTS.flatMap((subject) =>
  (subject.refusals ?? []).map((refusal) => ({
    subject,
    refusal,
    title: `${subject.name}: ${refusal.name}`,
  })),
)

describe('the probe denies what a server only pretends', () => {
  it.each(REFUSALS)('$title', async ({ subject, refusal }) => {
    const stub = await startStub(refusal.serve())
    try {
      const config = subject.kind.config.parse(subject.config(stub.url))
      const { capabilities, steps } = await subject.kind.probe(config, env)
      const { state, reason } = capabilities[refusal.capability]
      if (state === 'yes') throw new Error(JSON.stringify(steps, null, 1))
      expect(reason).toMatch(refusal.because)
    } finally {
      await stub.close()
    }
  })
})
