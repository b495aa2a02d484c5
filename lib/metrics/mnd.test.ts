import { describe, expect, it, vi } from 'vitest'
import { statusOf } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { getMeasured, parseParams } from './index'
import { squaredDistance } from './neighbours/distance.mjs'
import { exampleRow, stubTools } from './example-tools'
import type { MetricRow, MetricTools } from './types'

const mnd = getMeasured('mnd')

const makeRow = (index: number, instruction: string, input: string | null = null) =>
  exampleRow({ index, instruction, input })

/** Embeds a text as the two numbers it starts with. */
const embed: NonNullable<MetricTools['embed']> = async (texts) => {
  if (texts.some((text) => text.startsWith('bad'))) throw new AppError('data_error', 'refused')
  return {
    vectors: texts.map((text) => Float32Array.from(text.split(/\s+/).slice(0, 2), Number)),
    truncated: texts.map((text) => text.includes('long')),
  }
}

async function run(rows: MetricRow[], params: unknown = {}, calls = embed) {
  const progress: [number, number][] = []
  const kept = { read: vi.fn<() => null>(() => null), write: vi.fn<() => void>() }
  const tools = stubTools({
    embed: calls,
    kept,
    progress: (done, total) => progress.push([done, total]),
  })
  const result = await mnd.computeCell?.(rows, parseParams(mnd, params), tools)
  if (!result) throw new Error('no result')
  const column = (key: string) =>
    result.columns[key] as { values: Float64Array; status: Uint8Array }
  return {
    record: result.record,
    progress,
    kept,
    values: (key: string) => [...column(key).values],
    statuses: [...column('mnd').status].map((code) => statusOf(code).name),
  }
}

describe('the worked distances in full precision', () => {
  const smallest = (points: number[][]) => {
    const flat = Float64Array.from(points.flat())
    return points.map((_, i) =>
      Math.min(
        ...points.flatMap((_p, j) => (j === i ? [] : [squaredDistance(flat, i, flat, j, 2)])),
      ),
    )
  }

  it('without repeats', () => {
    const expected = [0.4, 0.4, 0.08, 0.08]
    smallest([
      [1, 0],
      [0, 1],
      [0.6, 0.8],
      [0.8, 0.6],
    ]).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 10)
    })
  })

  it('with two copies', () => {
    const found = smallest([
      [1, 0],
      [1, 0],
      [0.98, Math.sqrt(1 - 0.98 ** 2)],
      [0, 1],
    ])
    const expected = [0, 0, 0.04, 1.602005025157]
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 10))
    expect(found.reduce((sum, value) => sum + value, 0) / 4).toBeCloseTo(0.410501256289, 10)
  })
})

describe('minimum neighbour distance', () => {
  it('leaves out empty texts and failed ones, and names rows by their index', async () => {
    const rows = [
      makeRow(10, '1 0'),
      makeRow(11, ''),
      makeRow(12, 'bad'),
      makeRow(13, '0 1'),
      makeRow(14, '1 0 x'),
    ]
    const { values, statuses, record } = await run(rows)
    expect(statuses).toEqual(['ok', 'empty_instruction', 'error', 'ok', 'ok'])
    expect(values('mnd')).toEqual([0, 0, 0, 2, 0])
    expect(values('neighbour')).toEqual([14, 0, 0, 10, 10])
    expect(values('repeat_count')).toEqual([1, 0, 0, 0, 1])
    expect(record).toMatchObject({ nVectors: 3, nExcluded: 2, firstError: 'refused', dimension: 2 })
  })

  it('has no value for a single row', async () => {
    const { statuses } = await run([makeRow(0, '1 0'), makeRow(1, '')])
    expect(statuses).toEqual(['n_too_small', 'empty_instruction'])
  })

  it('embeds equal texts once, with the input unless told otherwise', async () => {
    const asked: string[] = []
    const spy: typeof embed = (texts) => {
      asked.push(...texts)
      return embed(texts)
    }
    const rows = [makeRow(0, '1 0', 'in'), makeRow(1, '1 0', 'in'), makeRow(2, '0 1')]
    const both = await run(rows, {}, spy)
    expect(asked).toEqual(['1 0\nin', '0 1\n'])
    expect(both.values('mnd')).toEqual([0, 0, 2])
    asked.length = 0
    await run(rows, { textRecipe: 'instruction' }, spy)
    expect(asked).toEqual(['1 0', '0 1'])
  })

  it('marks cut texts, whose values count', async () => {
    const { statuses } = await run([makeRow(0, '1 0 long'), makeRow(1, '0 1')])
    expect(statuses).toEqual(['truncated_input', 'ok'])
  })

  it('counts all repeats, or up to a cap', async () => {
    const rows = Array.from({ length: 520 }, (_, i) => makeRow(i, `1 ${i / 1e5}`))
    const all = await run(rows)
    expect(all.values('repeat_count')[0]).toBe(519)
    expect(all.values('reference_cap')[0]).toBe(1)
    // So many rows are searched in threads, which first look whether a search was left.
    expect(all.kept.read).toHaveBeenCalledTimes(1)
    const capped = await run(rows, { repeatCap: 499 })
    expect(capped.values('repeat_count')[0]).toBe(499)
    const strict = await run(rows.slice(0, 3), { threshold: 0 })
    expect(strict.values('repeat_count')).toEqual([0, 0, 0])
  })

  it('records norms and warns when they are not 1', async () => {
    const unit = await run([makeRow(0, '1 0'), makeRow(1, '0 1')])
    expect(unit.record).toMatchObject({ norms: { min: 1, mean: 1, max: 1 }, warning: null })
    const long = await run([makeRow(0, '3 4'), makeRow(1, '0 1')])
    expect(long.record).toMatchObject({ norms: { min: 1, mean: 3, max: 5 } })
    expect(long.record['warning']).toMatch(/unit length/)
  })

  it('reports progress up to its total', async () => {
    const { progress } = await run([makeRow(0, '1 0'), makeRow(1, '0 1')])
    const [done, total] = progress.at(-1) ?? []
    expect(done).toBe(total)
    for (const [i, [value]] of progress.entries())
      expect(value).toBeGreaterThanOrEqual(progress[i - 1]?.[0] ?? 0)
  })

  it('passes on a changed dimension', async () => {
    const odd: typeof embed = async (texts) => ({
      vectors: texts.map((_, i) => new Float32Array(i + 1)),
      truncated: texts.map(() => false),
    })
    await expect(run([makeRow(0, 'a'), makeRow(1, 'b')], {}, odd)).rejects.toThrow(/dimension/)
  })
})
