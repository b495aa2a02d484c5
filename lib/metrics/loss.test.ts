import { describe, expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import { ifd } from './ifd'
import { icIfd } from './ic-ifd'
import { instructionLossMetric } from './instruction-loss'
import { getMeasured, parseParams } from './index'
import { exampleRow, stubTools } from './example-tools'
import { asColumns } from './token-loss/worked'
import type { DerivedMetric, MetricRow, MetricTools } from './types'
import { carriesValue, statusOf } from '@/lib/contracts/status'

const loss = getMeasured('loss')

/** A tokenizer of characters: `.` and `\n` merge, as do two newlines; ids are code points, pairs above 1,000. */
function tokenizeText(text: string): number[] {
  const ids: number[] = []
  for (let i = 0; i < text.length; i += 1) {
    const pair = text.slice(i, i + 2)
    if (pair === '.\n' || pair === '\n\n') {
      ids.push(1000 + pair.charCodeAt(0))
      i += 1
    } else ids.push(text.charCodeAt(i))
  }
  return ids
}

interface Calls {
  tokenize: number
  score: number
  sequences: Int32Array[]
}

/** Each token's nll depends on its id and position, so that sums name the tokens that they are of. */
function makeTools(
  options: { bosId?: number; contextLength?: number; score?: MetricTools['scoreTokens'] } = {},
): { tools: MetricTools; calls: Calls } {
  const calls: Calls = { tokenize: 0, score: 0, sequences: [] }
  const bos = options.bosId === undefined ? [] : [options.bosId]
  const tools = stubTools({
    identity: { bosId: options.bosId ?? null, contextLength: options.contextLength ?? null },
    async tokenize(texts, addSpecial) {
      calls.tokenize += 1
      return texts.map((text) =>
        Int32Array.from([...(addSpecial ? bos : []), ...tokenizeText(text)]),
      )
    },
    async scoreTokens(sequences) {
      calls.score += 1
      calls.sequences.push(...sequences)
      if (options.score) return options.score(sequences)
      return sequences.map((ids) =>
        Float32Array.from(ids, (id, i) => (i === 0 ? NaN : -id - i / 64)),
      )
    },
  })
  return { tools, calls }
}

function makeRow(
  index: number,
  instruction: string,
  response: string | null,
  input: string | null = null,
) {
  return exampleRow({ index, instruction, input, response })
}

async function run(rows: MetricRow[], tools: MetricTools, params: unknown = {}) {
  const results = await loss.computeBatch?.(rows, parseParams(loss, params), tools)
  if (!results) throw new Error('no results')
  return results
}

function derived(metric: unknown, columns: ReturnType<typeof asColumns>, variant: string, row = 0) {
  const n = columns['jxN']?.status.length ?? 0
  const { values, status } = (metric as DerivedMetric).derive(columns, variant, n)
  const code = status[row] as number
  return carriesValue(code) ? (values[row] as number) : statusOf(code).name
}

/** Nll of token `id` at position `i` under the stub model. */
const nll = (character: string | number, i: number) =>
  (typeof character === 'number' ? character : character.charCodeAt(0)) + i / 64

describe('token losses', () => {
  it('sums the spans of a row with BOS', async () => {
    const { tools } = makeTools({ bosId: 7 })
    const [result] = await run([makeRow(3, 'ab', 'cd')], tools)
    // 7 a b \n c d
    expect(result).toMatchObject({ index: 3, status: 'ok', statuses: {} })
    expect(result?.values).toMatchObject({
      jx0: nll('a', 1),
      jxSum: nll('b', 2),
      jxN: 1,
      jnSum: nll('\n', 3),
      jnN: 1,
      jy0: nll('c', 4),
      jySum: nll('d', 5),
      jyN: 1,
      ay0: nll('c', 1),
      aySum: nll('d', 2),
      ayN: 1,
      txSum: nll('a', 1) + nll('b', 2),
      txN: 2,
      tySum: nll('\n', 3) + nll('c', 4) + nll('d', 5),
      tyN: 3,
      tnSum: nll('c', 4) + nll('d', 5),
      tnN: 2,
      anchored: 1,
      joinSame: 1,
      prefixStable: 1,
      newlineIn: 2,
      floored: 0,
    })
  })

  it('joins instruction and input by a newline, blanks counting as input', async () => {
    const { tools, calls } = makeTools()
    await run([makeRow(0, 'a', 'c', ' ')], tools)
    expect([...(calls.sequences[0] ?? [])]).toEqual(tokenizeText('a\n \nc'))
  })

  it('knows on which side of the reference cut the newline falls', async () => {
    const { tools } = makeTools()
    const results = await run(
      [makeRow(0, 'ab.', 'cd'), makeRow(1, 'ab', '\ncd'), makeRow(2, 'a.', '\nc')],
      tools,
    )
    expect(results[0]?.values).toMatchObject({ newlineIn: 1, prefixStable: 0, joinSame: 1, jnN: 0 })
    expect(results[1]?.values).toMatchObject({ newlineIn: 2, prefixStable: 1, joinSame: 0, jnN: 1 })
    expect(results[2]?.values).toMatchObject({ newlineIn: 1, joinSame: 1 })
  })

  it('takes a third pass only where joining texts gives other ids', async () => {
    const { tools, calls } = makeTools()
    const [same] = await run([makeRow(0, 'ab', 'cd')], tools)
    expect(calls.sequences).toHaveLength(2)
    const [other] = await run([makeRow(1, 'ab', '\ncd')], tools)
    expect(calls.sequences).toHaveLength(5)
    expect(same?.values['tnSum']).toBe(nll('c', 3) + nll('d', 4))
    // T = a b \n\n c d, cut at 2; J = a b \n \n c d
    expect(other?.values).toMatchObject({
      txN: 1,
      tyN: 3,
      tySum: nll(1010, 2) + nll('c', 3) + nll('d', 4),
      jyN: 2,
    })
  })

  it('tokenises a batch in one call and scores equal sequences once', async () => {
    const { tools, calls } = makeTools()
    const rows = [0, 1, 2, 3].map((i) => makeRow(i, i < 2 ? 'ab' : `ab${i}`, 'cd'))
    await run(rows, tools)
    const checks = 2
    expect(calls.tokenize).toBe(1 + checks)
    expect(calls.score).toBe(1)
    // Three joint texts and one response.
    expect(calls.sequences).toHaveLength(4)
    await run(rows, tools)
    expect(calls.tokenize).toBe(2 + checks)
  })

  it('keeps what is known of a row without response or instruction', async () => {
    const { tools } = makeTools()
    const rows = [
      makeRow(0, 'abc', null),
      makeRow(1, '', 'cde'),
      makeRow(2, '', ''),
      makeRow(3, 'abc', ''),
    ]
    const results = await run(rows, tools)
    expect(results.map(({ status }) => status)).toEqual([
      'no_response',
      'empty_instruction',
      'no_response',
      'no_response',
    ])
    const columns = asColumns(results)
    expect(derived(instructionLossMetric, columns, 'strict', 0)).toBeTypeOf('number')
    expect(derived(ifd, columns, 'strict', 0)).toBe('no_response')
    expect(derived(ifd, columns, 'strict', 1)).toBeTypeOf('number')
    expect(derived(ifd, columns, 'reference', 1)).toBeTypeOf('number')
    expect(derived(icIfd, columns, 'strict', 1)).toBe('empty_instruction')
    expect(derived(ifd, columns, 'strict', 2)).toBe('no_response')
  })

  it('types the losses of single tokens', async () => {
    const { tools } = makeTools()
    const results = await run([makeRow(0, '.', 'cd'), makeRow(1, 'ab', 'c')], tools)
    const columns = asColumns(results)
    expect(derived(icIfd, columns, 'strict', 0)).toBe('one_token_instruction')
    expect(derived(ifd, columns, 'strict', 0)).toBeTypeOf('number')
    expect(derived(ifd, columns, 'strict', 1)).toBe('one_token_response')
    const anchored = asColumns(await run([makeRow(0, '.', 'c')], makeTools({ bosId: 7 }).tools))
    expect(derived(icIfd, anchored, 'strict')).toBeTypeOf('number')
  })

  it('refuses rows that do not fit, with one token to spare', async () => {
    const rows = [makeRow(0, 'ab', 'cd')]
    const fits = await run(rows, makeTools({ contextLength: 6 }).tools)
    const long = await run(rows, makeTools({ contextLength: 5 }).tools)
    expect(fits[0]?.status).toBe('ok')
    expect(long[0]?.status).toBe('too_long')
    expect(Object.values(long[0]?.values ?? {}).every((value) => value === null)).toBe(true)
  })

  it('marks only the losses that a clamped token belongs to', async () => {
    const score: MetricTools['scoreTokens'] = async (sequences) =>
      sequences.map((ids) =>
        Float32Array.from(ids, (id, i) => (i === 0 ? NaN : id === 98 ? -9999 : -1)),
      )
    const [result] = await run([makeRow(0, 'ab', 'cd')], makeTools({ score }).tools)
    expect(result).toMatchObject({
      status: 'backend_floor',
      values: { jxSum: null, floored: 1, jySum: 1 },
    })
    const columns = asColumns(result ? [result] : [])
    expect(derived(instructionLossMetric, columns, 'strict')).toBe('backend_floor')
    expect(derived(ifd, columns, 'strict')).toBe(1)
    expect(derived(icIfd, columns, 'strict')).toBe('backend_floor')
  })

  it('never divides by a loss of zero', async () => {
    const score: MetricTools['scoreTokens'] = async (sequences) =>
      sequences.map((ids) =>
        Float32Array.from(ids, (_, i) => (i === 0 ? NaN : ids.length === 2 ? 0 : -1)),
      )
    const columns = asColumns(await run([makeRow(0, 'ab', 'cd')], makeTools({ score }).tools))
    expect(derived(ifd, columns, 'strict')).toBe('zero_denominator')
    expect(derived(ifd, columns, 'strict-ppl')).toBeCloseTo(Math.E, 12)
  })

  it('gives a refused row its error and the others their values', async () => {
    const score: MetricTools['scoreTokens'] = async (sequences) => {
      if (sequences.some((ids) => ids.includes(122))) throw new AppError('data_error', 'bad z')
      return sequences.map((ids) => Float32Array.from(ids, (_, i) => (i === 0 ? NaN : -1)))
    }
    const rows = [makeRow(0, 'ab', 'cd'), makeRow(1, 'az', 'cd'), makeRow(2, 'ac', 'cd')]
    const results = await run(rows, makeTools({ score }).tools)
    expect(results.map(({ status }) => status)).toEqual(['ok', 'error', 'ok'])
    expect(results[1]?.detail).toEqual({ message: 'bad z' })
  })

  it('treats wrong counts and missing numbers as errors of the row', async () => {
    const short: MetricTools['scoreTokens'] = async (all) => all.map(() => new Float32Array(1))
    const holes: MetricTools['scoreTokens'] = async (all) =>
      all.map((ids) => new Float32Array(ids.length).fill(NaN))
    for (const score of [short, holes]) {
      const [result] = await run([makeRow(0, 'ab', 'cd')], makeTools({ score }).tools)
      expect(result?.status).toBe('error')
    }
  })

  it('passes on that the backend is gone', async () => {
    const score: MetricTools['scoreTokens'] = async () => {
      throw new AppError('backend_unavailable', 'gone')
    }
    const running = run([makeRow(0, 'ab', 'cd'), makeRow(1, 'a', 'b')], makeTools({ score }).tools)
    await expect(running).rejects.toMatchObject({ code: 'backend_unavailable' })
  })

  it('puts a forced anchor in front, where the reference spans do not apply', async () => {
    const { tools, calls } = makeTools()
    const results = await run([makeRow(0, 'ab', 'cd')], tools, { anchor: 'forced', anchorId: 5 })
    expect(calls.sequences.map((ids) => ids[0])).toEqual([5, 5])
    const columns = asColumns(results)
    expect(results[0]?.values).toMatchObject({ anchored: 1, jx0: nll('a', 1), txSum: null })
    expect(derived(ifd, columns, 'strict')).toBeTypeOf('number')
    expect(derived(ifd, columns, 'reference')).toBe('not_applicable')
    const own = await run([makeRow(0, 'ab', 'cd')], makeTools({ bosId: 5 }).tools, {
      anchor: 'forced',
      anchorId: 5,
    })
    expect(derived(ifd, asColumns(own), 'reference')).toBeTypeOf('number')
  })

  it('never sends two BOS', async () => {
    const { tools, calls } = makeTools({ bosId: 7 })
    await run([makeRow(0, 'ab', 'cd')], tools, { anchor: 'forced', anchorId: 5 })
    for (const ids of calls.sequences)
      expect([...ids].filter((id) => id === 7 || id === 5)).toEqual([5])
  })

  it('refuses a tokenizer that adds tokens that it does not state', async () => {
    const { tools } = makeTools({ bosId: 7 })
    const lying = { ...tools, identity: { ...tools.identity, bosId: null } }
    await expect(run([makeRow(0, 'ab', 'cd')], lying)).rejects.toMatchObject({
      code: 'capability_missing',
    })
  })
})
