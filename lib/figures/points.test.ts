import { describe, expect, it } from 'vitest'
import { statusCode } from '@/lib/contracts/status'
import { midRanks } from '@/lib/stats/correlation'
import { createRandom } from '@/lib/stats/random'
import { ascendingOrder } from '@/lib/stats/ranks'
import { changedShare } from './ifd-against-ic-ifd'
import { scatter } from './scatter'
import { hexagons, type PointAxis, type PointsPrepared } from './shared/points'
import { panelSelection } from './shared/points-text'
import type { FigureData } from './types'

const axis = (more: Partial<PointAxis> = {}): PointAxis => ({
  column: 'a.x',
  label: 'A',
  unit: '',
  scale: 'linear',
  from: 0,
  to: 1,
  ...more,
})

function study(x: readonly number[], y: readonly number[], bad: Record<number, string> = {}) {
  const { data } = scatter.typed.example()
  const [first] = data.series
  if (!first) throw new Error('no series')
  const status = Uint8Array.from(x, (_, i) => statusCode((bad[i] ?? 'ok') as 'ok'))
  const base = { width: 1, definitionHash: 'one', runId: null, model: null }
  const column = (values: readonly number[], own: Uint8Array) => ({
    ...base,
    values: Float64Array.from(values),
    status: own,
    done: x.length,
    total: x.length,
  })
  const ok = new Uint8Array(x.length).fill(statusCode('ok'))
  const columns = {
    'added_words.words': column(x, status),
    'instruction_loss.strict': column(y, ok),
  }
  return { ...data, series: [{ ...first, n: x.length, columns }] } satisfies FigureData
}

function drawn(data: FigureData, more: object = {}): PointsPrepared {
  const { typed } = scatter
  const options = typed.options.parse({
    x: 'added_words.words',
    y: 'instruction_loss.strict',
    ...more,
  })
  return typed.prepare(data, options)
}

describe('hexagons', () => {
  it('count each row in the cell whose centre is nearest', () => {
    const random = createRandom(4)
    const n = 3_000
    const x = Float64Array.from({ length: n }, () => random.next())
    const y = Float64Array.from({ length: n }, () => random.next())
    const [across, down] = [10, 8]
    const { cells, off } = hexagons({ x, y }, { x: axis(), y: axis() }, [across, down])
    const expected = new Map<string, number>()
    for (let i = 0; i < n; i += 1) {
      let best = ['', Infinity] as [string, number]
      for (let row = 0; row <= down; row += 1) {
        for (let column = -1; column <= across; column += 1) {
          const dx = (x[i] as number) * across - column - (row & 1) / 2
          const dy = ((y[i] as number) * down - row) * Math.sqrt(0.75)
          const distance = dx * dx + dy * dy
          if (distance < best[1]) best = [`${column},${row}`, distance]
        }
      }
      expected.set(best[0], (expected.get(best[0]) ?? 0) + 1)
    }
    const found = new Map<string, number>()
    for (let i = 0; i < cells.length; i += 3)
      found.set(`${cells[i] ?? ''},${cells[i + 1] ?? ''}`, cells[i + 2] as number)
    expect(off).toBe(0)
    expect(found).toEqual(expected)
  })

  it('leave out what lies beyond the axes or has no logarithm, and say how many', () => {
    const values = Float64Array.from([-1, 0, 1, 10, 100, 1000])
    const log = axis({ scale: 'log', from: 1, to: 100 })
    const { cells, off } = hexagons({ x: values, y: values }, { x: log, y: log }, [10, 8])
    expect(off).toBe(3)
    expect(cells.filter((_, i) => i % 3 === 2).reduce((sum, count) => sum + count, 0)).toBe(3)
  })
})

describe('two columns', () => {
  it('count a row only where both have a value, and give the reason of the one that lacks it', () => {
    const data = study([1, 2, 3, 4, 5, Infinity], [2, 1, 4, 3, Number.NaN, 1], { 0: 'too_long' })
    const { counts, panels } = drawn(data)
    expect(counts[0]).toMatchObject({ n: 6, valued: 3, missing: { too_long: 1, nonfinite: 2 } })
    expect(panels[0]).toMatchObject({ n: 3, spearman: expect.closeTo(0.5, 12) as number })
  })

  it('have no correlation where one side has one value, and still a picture', () => {
    const { panels } = drawn(study([1, 2, 3], [7, 7, 7]))
    expect(panels[0]).toMatchObject({ n: 3, spearman: null, pearson: null, off: 0 })
    expect(panels[0]?.cells).toHaveLength(9)
  })

  it('draw all rows as points up to 2,000, and a seeded draw beyond, and say so', () => {
    const random = createRandom(9)
    const values = Array.from({ length: 5_000 }, () => random.next())
    const few = drawn(study(values.slice(0, 2_000), values.slice(0, 2_000)), { view: 'points' })
    const many = drawn(study(values, values), { view: 'points' })
    expect((few.panels[0]?.points.length ?? 0) / 2 + (few.panels[0]?.off ?? 0)).toBe(2_000)
    expect(few.notes.join()).not.toContain('draw')
    expect((many.panels[0]?.points.length ?? 0) / 2).toBeGreaterThan(1_950)
    expect(many.panels[0]?.points).toEqual(
      drawn(study(values, values), { view: 'points' }).panels[0]?.points,
    )
    expect(many.notes.join()).toContain('2,000 of 5,000')
    expect(many.panels[0]?.spearman).toBe(1)
  })

  it('fall back to a linear scale where no value is above 0', () => {
    const { x, notes } = drawn(study([-1, -2, 0], [1, 2, 3]), { xScale: 'log' })
    expect(x.scale).toBe('linear')
    expect(notes.join()).toContain('no value is above 0')
  })

  it('lead from a rectangle to rows by both ranges', () => {
    const prepared = drawn(study([1, 2, 3], [1, 2, 3]))
    const box = { x: [1, 2] as const, y: [0.5, 1.5] as const }
    expect(panelSelection(prepared, prepared.panels[0] ?? null, box)).toMatchObject({
      column: 'added_words.words',
      min: 1,
      max: 2,
      also: [{ column: 'instruction_loss.strict', min: 0.5, max: 1.5 }],
      armKey: 'seeds',
    })
  })
})

function ranked(values: readonly number[]) {
  const numbers = Float64Array.from(values)
  return { ranks: midRanks(numbers), order: ascendingOrder(numbers) }
}

describe('the share of rows that only one selection has', () => {
  it('is 0 for equal ranks and both whole selections for opposite ones', () => {
    const rising = Array.from({ length: 10 }, (_, i) => i)
    const x = ranked(rising)
    expect(changedShare({ x, y: x }, 20)).toBe(0)
    expect(changedShare({ x, y: ranked(rising.toReversed()) }, 20)).toBe(40)
  })
  it('chooses as many rows among equal values as there is room for', () => {
    const x = ranked([1, 1, 1, 1])
    expect(changedShare({ x, y: ranked([0, 0, 1, 1]) }, 50)).toBe(100)
    expect(changedShare({ x: ranked([3, 1, 1, 1]), y: ranked([3, 1, 1, 0]) }, 50)).toBe(0)
    expect(changedShare({ x: ranked([3, 1, 1, 1]), y: ranked([0, 1, 1, 3]) }, 50)).toBe(50)
    expect(changedShare({ x: ranked([1]), y: ranked([1]) }, 10)).toBeNull()
  })
})

it('says how many rows a logarithmic axis leaves out, apart from those beyond its ends', () => {
  const x = [-3, 0, ...Array.from({ length: 40 }, (_, i) => i + 1)]
  const y = x.map((_, i) => 1 + (i % 7))
  const told = /2 rows with a value of 0 or below on a logarithmic axis/
  expect(drawn(study(x, y), { xScale: 'log' }).notes.join(' ')).toMatch(told)
  expect(drawn(study(x, y)).notes.join(' ')).not.toContain('logarithmic')
})

it('gives every panel axes of its own on request, and counts hexagons and tiles on them', () => {
  const { data, options } = scatter.typed.example()
  const prepareWith = (axis: string) => {
    const chosen = scatter.typed.options.parse({ ...options, axis })
    return { chosen, prepared: scatter.typed.prepare(data, chosen) }
  }
  const shared = prepareWith('shared').prepared
  const { chosen, prepared } = prepareWith('own')
  expect(shared.panels.every(({ x, y }) => x === undefined && y === undefined)).toBe(true)
  const spans = prepared.panels.map(({ x }) => (x?.to ?? 0) - (x?.from ?? 0))
  expect(Math.max(...spans)).toBeLessThanOrEqual(shared.x.to - shared.x.from)
  expect(new Set(prepared.panels.map(({ y }) => JSON.stringify(y))).size).toBeGreaterThan(1)
  expect(prepared.panels.map(({ spearman }) => spearman)).toEqual(
    shared.panels.map(({ spearman }) => spearman),
  )
  const places = scatter.typed.places?.(data, prepared, chosen)
  if (!places) throw new Error('no places')
  const counts = new Uint32Array(places.groups.length * places.perGroup)
  for (const series of data.series) {
    const count = places.of(series)
    for (let row = 0; count && row < series.n; row += 1) count(row, counts)
  }
  for (const [at, { cells }] of prepared.panels.entries())
    for (let i = 0; i < cells.length; i += 3)
      expect(counts[at * places.perGroup + i / 3]).toBe(cells[i + 2])
})
