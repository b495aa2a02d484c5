import { describe, expect, it } from 'vitest'
import { startStub } from '../servers/openai'
import { BACKEND_KINDS, STAND_IN_KINDS } from '@/lib/backends'
import type { BackendEnvironment, BackendSession } from '@/lib/backends/types'
import { BigramModel } from '../servers/bigram'
import { SUBJECTS } from './subjects'

const env: BackendEnvironment = {
  cacheDir: '',
  modelsDir: null,
  secret: () => undefined,
  log: () => undefined,
}
const X = 'Name a day.'
const Y = 'Monday, then Tuesday.'
const TOKENS_OF_Y = ['Monday', ',', ' then', ' Tuesday', '.']

/** Losses of y's tokens after its first one, in nats, as every dialect can give them: with a BOS shown, hidden or none. */
function byHand(): number[] {
  const table = new BigramModel(false)
  return TOKENS_OF_Y.slice(1).map((token, i) => {
    const before = TOKENS_OF_Y[i] as string
    // After a day a comma has 90 %, a full stop 5 %; the rest is fixed, if rare.
    if (before === 'Monday') return -Math.fround(Math.log(0.9))
    if (before === ' Tuesday') return -Math.fround(Math.log(0.05))
    return -Math.fround(table.logprob(before, token))
  })
}

async function losses(session: BackendSession): Promise<{ given: number[]; alone: number[] }> {
  const sequences = (await session.tokenize?.([`${X}\n${Y}`, Y], true)) as Int32Array[]
  const scores = (await session.scoreTokens?.(sequences)) as Float32Array[]
  const last = (values: Float32Array | undefined) =>
    [...(values ?? [])].slice(1 - TOKENS_OF_Y.length).map((value) => -value)
  return { given: last(scores[0]), alone: last(scores[1]) }
}

const SCORING = SUBJECTS.filter(
  ({ has, serve, model }) => has.includes('promptLogprobs') && serve !== undefined && !model,
)

describe('a table of bigrams through every scoring dialect', () => {
  it('is served by all of them', () => {
    const kinds = BACKEND_KINDS.filter(
      ({ id, local, capabilities }) =>
        capabilities.includes('promptLogprobs') && !local && !STAND_IN_KINDS.has(id),
    )
    expect([...new Set(SCORING.map(({ kind }) => kind.id))].sort()).toEqual(
      kinds.map(({ id }) => id).sort(),
    )
  })

  it.each(SCORING)('$name gives the losses computed by hand', async (subject) => {
    const stub = await startStub((subject.serve as NonNullable<typeof subject.serve>)())
    try {
      const session = await subject.kind.open(
        subject.kind.config.parse(subject.config(stub.url)),
        env,
      )
      const expected = byHand()
      const found = await losses(session)
      await session.close()
      expect(found).toEqual({ given: expected, alone: expected })
      const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
      // The model looks one token back, so what stands before y changes nothing but its first token.
      expect(sum(found.given) / sum(found.alone)).toBe(1)
    } finally {
      await stub.close()
    }
  })

  it('shows the first token after a BOS where the BOS shows', async () => {
    const table = new BigramModel(true)
    const first = Math.fround(Math.log(0.1))
    const shown = SCORING.filter(({ name }) =>
      [
        'vLLM with BOS',
        'SGLang',
        'TGI',
        'Together, BOS listed',
        'Together, BOS unlisted',
        'Fireworks',
      ].includes(name),
    )
    expect(shown).toHaveLength(6)
    for (const subject of shown) {
      const stub = await startStub((subject.serve as NonNullable<typeof subject.serve>)())
      const session = await subject.kind.open(
        subject.kind.config.parse(subject.config(stub.url)),
        env,
      )
      const ids = Int32Array.from(table.encode(Y, true))
      await session.tokenize?.([Y], true)
      const [scores] = (await session.scoreTokens?.([ids])) ?? []
      expect([subject.name, scores?.[0], scores?.[1]]).toEqual([subject.name, NaN, first])
      await session.close()
      await stub.close()
    }
  })
})
