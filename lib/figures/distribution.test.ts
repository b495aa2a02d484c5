import { describe, expect, it } from 'vitest'
import { testColumn, testData, testSeries, type TestCell } from '@/lib/testing/figures'
import { distribution } from './distribution'
import type { FigureColumnInfo, FigureData } from './types'

const COLUMN = 'some_metric.value'

function prepare(data: FigureData, changed: object = {}) {
  const { typed } = distribution
  return typed.prepare(data, typed.options.parse({ column: COLUMN, ...changed }))
}

const one = (cells: readonly TestCell[], place = {}) =>
  testSeries(place, { [COLUMN]: testColumn(cells) })

const data = (cells: readonly TestCell[], info: Partial<FigureColumnInfo> = {}) =>
  testData([one(cells)], { [COLUMN]: { label: 'Value', ...info } })

const first = (prepared: ReturnType<typeof prepare>) => prepared.cells[0]?.curves[0]

/** Scott's density of the values at a point, by the definition. */
function density(values: readonly number[], at: number): number {
  const n = values.length
  const mean = values.reduce((a, b) => a + b, 0) / n
  const s = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1))
  const h = s * n ** -0.2
  const sum = values.reduce((a, v) => a + Math.exp(-0.5 * ((at - v) / h) ** 2), 0)
  return sum / (n * h * Math.sqrt(2 * Math.PI))
}

describe('values', () => {
  it('have a density as scipy has it at the whole size of a cell', () => {
    const values = Array.from({ length: 30_000 }, (_, i) => Math.sin(i) * (i % 7) + i / 9000)
    const prepared = prepare(data(values))
    const { from, to, points } = prepared.grid
    for (const j of [0, 333, 999]) {
      const at = from + ((to - from) * j) / (points - 1)
      expect(first(prepared)?.kde?.[j]).toBeCloseTo(density(values, at), 11)
    }
  })

  it.each([
    ['of one row', [0.3], 'n_too_small'],
    ['that are all equal', [0.1, 0.1, 0.1], 'constant'],
    ['equal but for rounding', [0.3, 0.1 + 0.2, 0.3], 'constant'],
  ] as const)('%s are drawn as a bar, with the reason why there is no curve', (_, cells, why) => {
    const prepared = prepare(data(cells))
    const curve = first(prepared)
    expect(curve).toMatchObject({ n: cells.length, kde: null, kdeMissing: why })
    expect(curve?.counts.reduce((a, b) => a + b, 0)).toBe(cells.length)
    expect(curve?.density.every(Number.isFinite)).toBe(true)
    expect(prepared.grid.to).toBeGreaterThan(prepared.grid.from)
    expect(distribution.typed.reading(prepared)).toMatch(/^Median Value of small is 0\.[13]00 /)
  })

  it('that are infinite are missing with a reason, not counted and not drawn', () => {
    const cells = [1.5, 2.5, Infinity, -Infinity, 'error'] as const
    const prepared = prepare(data(cells))
    expect(prepared.counts[0]).toMatchObject({
      n: 5,
      valued: 2,
      missing: { nonfinite: 2, error: 1 },
    })
    expect(first(prepared)?.n).toBe(2)
    expect(distribution.typed.table(prepared).rows[0]).toMatchObject({
      n: 2,
      missing: '2 nonfinite and 1 error',
    })
  })

  it('too large or too small for their squares are missing with a reason as well', () => {
    const prepared = prepare(data([1e308, -1e308, 5e-324, 0, 2]))
    expect(prepared.counts[0]).toMatchObject({ valued: 2, missing: { out_of_range: 3 } })
  })

  it.each([
    ['far apart', [1e-150, 1e150]],
    ['large and close', [2 ** 53, 2 ** 53 + 2]],
    ['ids', [1e12, 1e12 + 1, 1e12 + 5]],
    ['zeros', [0, -0, 0]],
    ['below zero', [-5, -4, -3.5]],
    ['one far from many', [...Array.from({ length: 500 }, (_, i) => i / 500), 1e100]],
  ])('%s give finite numbers, ascending edges, and each value in one place', (_, cells) => {
    for (const view of ['density', 'histogram', 'cumulative'])
      for (const scale of ['linear', 'log']) {
        const prepared = prepare(data(cells), { view, scale })
        const { edges } = prepared
        expect(edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? 0))).toBe(true)
        expect(
          JSON.stringify(distribution.typed.drawn?.(prepared).rows.map((r) => r['from'])),
        ).not.toMatch(/null/)
        const curve = first(prepared)
        const inside = curve?.counts.reduce((a, b) => a + b, 0) ?? 0
        expect(inside).toBeGreaterThan(0)
        expect(inside + (curve?.below ?? 0) + (curve?.above ?? 0)).toBe(cells.length)
        for (const value of [
          curve?.mean,
          curve?.median,
          ...(curve?.kde ?? []),
          ...(curve?.density ?? []),
        ])
          expect(Number.isFinite(value)).toBe(true)
      }
  })

  it('that are whole numbers never lie on an edge, and each bin holds equally many of them', () => {
    const cells = Array.from({ length: 400 }, (_, i) => i % 101)
    const { edges } = prepare(data(cells), { bins: 'n20' })
    const widths = edges.slice(1).map((edge, i) => edge - (edges[i] ?? 0))
    expect(new Set(widths)).toEqual(new Set([6]))
    expect(edges[0]).toBe(-0.5)
    const few = prepare(data([1, 2, 2, 5]))
    expect(few.edges).toEqual([0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
    expect(first(few)?.counts).toEqual([1, 2, 0, 0, 1])
  })

  it('stay within the range that their column states', () => {
    const cells = [0.02, 0.4, 0.97]
    const free = prepare(data(cells))
    const bounded = prepare(data([0.92, 0.95, 1], { range: [0, 1] }))
    expect(free.edges.at(-1)).toBe(1)
    expect(bounded.edges.at(-1)).toBe(1)
    const atEnd = prepare(data([0.99999, 0.99999, 1.0], { range: [0, 1] }))
    expect(atEnd.edges.at(-1)).toBe(1)
    expect(atEnd.edges[0]).toBeLessThanOrEqual(0.99999)
    const equal = prepare(data([1, 1.0000000001], { range: [0, 1.0000000001] }))
    expect(equal.edges[0]).toBeLessThan(equal.edges.at(-1) ?? 0)
  })

  it('beyond the axis are counted', () => {
    const cells = Array.from({ length: 400 }, (_, i) => (i === 0 ? 50.5 : 0.5 + (i % 10) / 100))
    const prepared = prepare(data(cells))
    expect(prepared.notes).toEqual(['1 value outside 0.5 to 0.6: off the axis.'])
    expect(distribution.typed.table(prepared).rows[0]).toMatchObject({ n: 400, outside: 1 })
  })
})

describe('a logarithmic scale', () => {
  const cells = [0.5, 1, 2, 4, 8, 100]

  it('has bins of one ratio, and the density of the logarithms', () => {
    const prepared = prepare(data(cells), { scale: 'log', bins: 'n20' })
    expect(prepared.scale).toBe('log')
    const { edges, grid } = prepared
    const ratios = edges.slice(1).map((edge, i) => edge / (edges[i] ?? 1))
    expect(Math.max(...ratios) / Math.min(...ratios)).toBeCloseTo(1, 9)
    expect([grid.from <= edges[0]!, grid.to >= edges.at(-1)!]).toEqual([true, true])
    const logs = cells.map(Math.log10)
    expect(first(prepared)?.kde?.[0]).toBeCloseTo(density(logs, Math.log10(grid.from)), 9)
    // Bars and curve count the same: per factor of ten.
    const area = first(prepared)?.density.reduce(
      (sum, d, i) => sum + d * Math.log10((edges[i + 1] ?? 1) / (edges[i] ?? 1)),
      0,
    )
    expect(area).toBeCloseTo(1, 9)
    expect(first(prepared)).toMatchObject({ median: 3, below: 0, above: 0 })
  })

  it('says how many values of 0 it leaves out', () => {
    const prepared = prepare(data([0, 0, ...cells]), { scale: 'log' })
    expect(first(prepared)).toMatchObject({ n: 8, below: 2 })
    expect(prepared.notes.join(' ')).toMatch(/2 values of 0: no place on a logarithmic scale/)
  })

  it.each([
    ['values below 0', [-1.5, 2.5], null],
    ['a range below 0', [1.5, 2.5], [-1, 3]],
    ['nothing above 0', [0, 0], null],
  ] as const)('is refused for %s, and the figure says so', (_, values, range) => {
    const prepared = prepare(data(values, { range }), { scale: 'log' })
    expect(prepared.scale).toBe('linear')
    expect(prepared.notes.join(' ')).toMatch(/Drawn on a linear scale/)
  })

  it('holds equal values in the middle', () => {
    const prepared = prepare(data([7.5, 7.5]), { scale: 'log' })
    expect(prepared.edges[0]).toBeLessThan(7.5)
    expect(prepared.edges.at(-1)).toBeGreaterThan(7.5)
    expect(first(prepared)?.counts.reduce((a, b) => a + b, 0)).toBe(2)
  })
})

describe('panels', () => {
  const cells: TestCell[] = [1.5, 2.5, 3.5]
  const all = testData(
    [
      one(cells, { arm: null, round: 0 }),
      one(cells, { round: 1 }),
      one(cells, { round: 2 }),
      one(cells, { arm: 'large', round: 1 }),
      one(cells, { arm: 'large', round: 1, seedSet: 'other' }),
    ],
    { [COLUMN]: { label: 'Value' } },
  )
  const rowsOf = (changed: object) =>
    prepare(all, changed).cells.map((cell) => [
      cell.row,
      cell.column,
      cell.curves.map(({ arm, n }) => `${arm} ${n}`).join(),
    ])

  it('are one a round and seed set, evolvers on one axis', () => {
    expect(rowsOf({})).toEqual([
      ['0', 'set', 'seeds 3'],
      ['1', 'set', 'small 3,large 3'],
      ['1', 'other', 'large 3'],
      ['2', 'set', 'small 3'],
    ])
  })

  it('pool what they are not split by', () => {
    expect(rowsOf({ rows: 'evolver' })).toEqual([
      ['seeds', 'set', 'seeds 3'],
      ['small', 'set', 'small 6'],
      ['large', 'set', 'large 3'],
      ['large', 'other', 'large 3'],
    ])
    expect(rowsOf({ rows: 'cell', columns: 'all' })).toEqual([
      ['0/seeds', 'all', 'seeds 3'],
      ['1/small', 'all', 'small 3'],
      ['1/large', 'all', 'large 6'],
      ['2/small', 'all', 'small 3'],
    ])
    expect(rowsOf({ rows: 'all', columns: 'all' })).toEqual([
      ['all', 'all', 'seeds 3,small 6,large 6'],
    ])
  })

  it('are named in the text alternative as they are headed', () => {
    const { altText } = distribution.typed
    expect(altText(prepare(all, { view: 'histogram' }))).toMatch(/^Histogram of Value, 4 panels\./)
    expect(altText(prepare(all, { rows: 'cell' }))).toMatch(/set, round 1, small: small median/)
  })
})

it('draws nothing, without failing, for a column that the data lacks', () => {
  const prepared = prepare(testData([]), { column: 'no_metric.value' })
  expect([prepared.cells, prepared.counts]).toEqual([[], []])
})
