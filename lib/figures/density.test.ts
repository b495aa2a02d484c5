import { describe, expect, it } from 'vitest'
import { carriesValue } from '@/lib/contracts/status'
import { getFigure, parseFigureOptions } from '.'
import { distribution } from './distribution'
import { firstTokenProbability } from './first-token-probability'
import { icIfdDensity } from './ic-ifd-density'
import { ifdDensity } from './ifd-density'
import { mndDensity } from './mnd-density'
import { coarser, type DensityPrepared } from './shared/density'
import { axisOf } from './shared/axis'
import { testColumn, testData, testSeries, type TestCell } from '@/lib/testing/figures'
import type { Figure, FigureData } from './types'

type Typed = { typed: { prepare: unknown; options: Figure['options'] } }

function prepare(figure: Typed, data: FigureData, changed: object = {}): DensityPrepared {
  const run = figure.typed.prepare as (data: FigureData, options: unknown) => DensityPrepared
  return run(data, figure.typed.options.parse(changed))
}

const one = (column: string, cells: readonly TestCell[], place = {}) =>
  testSeries(place, { [column]: testColumn(cells) })

describe('nearest-neighbour distance', () => {
  const values = [0.05, 0.055, 0.4, 0.4, 1.3]
  const data = testData([one('mnd.mnd', values)])
  const prepared = prepare(mndDensity, data, { bins: 'n100' })
  const curve = prepared.cells[0]?.curves[0]

  it('has the 101 exact edges of the script, bins closed on the left', () => {
    expect(prepared.edges).toHaveLength(101)
    prepared.edges.forEach((edge, j) => expect(edge).toBe(j * 0.01))
    expect(prepared.edges.at(-1)).toBe(1)
  })

  it('leaves values above 1 out of the bars and keeps them in the curve', () => {
    expect(curve?.density[5]).toBeCloseTo(50, 9)
    expect(curve?.density[40]).toBeCloseTo(50, 9)
    expect(curve?.density.filter((d) => d > 0)).toHaveLength(2)
    expect(curve).toMatchObject({ n: 5, above: 1, below: 0 })
    expect(prepared.notes[0]).toMatch(/^1 value above 1:/)
    expect(curve?.kde).toHaveLength(1000)
    expect(prepared.grid).toEqual({ from: 0, to: 1, points: 1000 })
    // Direct sum with Scott's bandwidth over all five values.
    const mean = values.reduce((a, b) => a + b, 0) / 5
    const s = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / 4)
    const h = s * 5 ** -0.2
    const at0 = values.reduce((a, v) => a + Math.exp(-0.5 * (v / h) ** 2), 0)
    expect(curve?.kde?.[0]).toBeCloseTo(at0 / (5 * h * Math.sqrt(2 * Math.PI)), 9)
  })

  it('puts a value on the last edge into the last bin', () => {
    const curves = prepare(mndDensity, testData([one('mnd.mnd', [1, 0])]), { bins: 'n100' }).cells
    expect(curves[0]?.curves[0]?.counts[99]).toBe(1)
    expect(curves[0]?.curves[0]?.counts[0]).toBe(1)
  })

  it('prints the share of near-duplicates', () => {
    const near = prepare(mndDensity, testData([one('mnd.mnd', [0, 0, 0.04, 1.602005025157])]))
    expect(near.cells[0]?.curves[0]?.share).toBe(0.75)
    expect(near.cells[0]?.curves[0]?.mean).toBeCloseTo(0.410501256289, 9)
  })

  it('notes panels whose sets differ in size', () => {
    const unequal = testData([
      one('mnd.mnd', [0.1, 0.2, 0.3]),
      one('mnd.mnd', [0.1, 0.2], { arm: 'large' }),
    ])
    expect(prepare(mndDensity, unequal).notes.join()).toMatch(/falls as a set grows/)
    const equal = testData([
      one('mnd.mnd', [0.1, 0.2]),
      one('mnd.mnd', [0.3, 0.2], { arm: 'large' }),
    ])
    expect(prepare(mndDensity, equal).notes).toEqual([])
  })

  it('says why there is no curve', () => {
    const missing = (cells: TestCell[]) =>
      prepare(mndDensity, testData([one('mnd.mnd', cells)])).cells[0]?.curves[0]
    expect(missing([0.2])).toMatchObject({
      kde: null,
      kdeMissing: 'n_too_small',
      n: 1,
      median: 0.2,
    })
    expect(missing([0.2, 0.2])).toMatchObject({ kde: null, kdeMissing: 'constant' })
    expect(missing(['error'])).toBeUndefined()
  })

  it('scales the bandwidth', () => {
    const wide = prepare(mndDensity, data, { bandwidth: 2 }).cells[0]?.curves[0]
    expect(wide?.bandwidth).toBeCloseTo(2 * (curve?.bandwidth ?? 0), 12)
  })
})

describe('first-token probability', () => {
  const COLUMN = 'first_token_probability.p'
  const vector = (cells: readonly TestCell[], place = {}) =>
    testSeries(place, { [COLUMN]: testColumn(cells) })

  it('reproduces the worked density of 0.2, 0.5, 0.9 on 1,000 points from 0 to 0.99', () => {
    const data = testData([vector([[0.2, 0.5, 0.9]])])
    const prepared = prepare(firstTokenProbability, data)
    const curve = prepared.cells[0]?.curves[0]
    expect(curve?.sd).toBeCloseTo(0.351188458428, 9)
    expect(curve?.bandwidth).toBeCloseTo(0.281913571591, 9)
    expect(curve?.kde?.[0]).toBeCloseTo(0.467508420577, 9)
    expect(curve?.kde?.[999]).toBeCloseTo(0.56172095592, 9)
    expect(prepared.grid).toEqual({ from: 0, to: 0.99, points: 1000 })
    expect(prepared.reversed).toBe(true)
  })

  it('pools the first k positions and skips those that a short reply lacks', () => {
    const cells = [[0.1, 0.2, Number.NaN], [0.3, 0.4, 0.995], 'no_parent'] as TestCell[]
    const n = (changed: object) =>
      prepare(firstTokenProbability, testData([vector(cells)]), changed).cells[0]?.curves[0]?.n
    expect(n({})).toBe(5)
    expect(n({ k: 2 })).toBe(4)
    expect(n({ k: 1 })).toBe(2)
    const all = prepare(firstTokenProbability, testData([vector(cells)]))
    expect(all.cells[0]?.curves[0]?.share).toBeCloseTo(0.2, 12)
    expect(all.counts[0]).toMatchObject({ n: 3, valued: 2, missing: { no_parent: 1 } })
  })

  it('can be filtered by a range only where one value a row is drawn', () => {
    const data = testData([vector([[0.1, 0.2]])])
    expect(prepare(firstTokenProbability, data).selectColumn).toBeNull()
    expect(prepare(firstTokenProbability, data, { k: 1 }).selectColumn).toBe(COLUMN)
  })

  it('splits by operator and by position', () => {
    const operators = { names: ['deepen', 'breadth'], codes: Uint8Array.of(0, 1, 255) }
    const cells = [
      [0.1, 0.2],
      [0.3, 0.4],
      [0.5, 0.6],
    ]
    const data = testData([vector(cells, { operators })])
    const byOperator = prepare(firstTokenProbability, data, { rows: 'operator' })
    expect(byOperator.rows.map((row) => row.key)).toEqual(['deepen', 'breadth'])
    expect(byOperator.cells.map((cell) => cell.curves[0]?.mean?.toFixed(2))).toEqual([
      '0.15',
      '0.35',
    ])
    const byPosition = prepare(firstTokenProbability, data, { rows: 'position', k: 2 })
    expect(byPosition.cells.map((cell) => cell.curves[0]?.mean?.toFixed(2))).toEqual([
      '0.30',
      '0.40',
    ])
  })

  it('pools seed sets on request', () => {
    const data = testData([vector([[0.1]], { seedSet: 'a' }), vector([[0.2]], { seedSet: 'b' })])
    expect(prepare(firstTokenProbability, data).cells).toHaveLength(2)
    const pooled = prepare(firstTokenProbability, data, { columns: 'all' })
    expect(pooled.cells).toHaveLength(1)
    expect(pooled.cells[0]?.curves[0]?.n).toBe(2)
  })
})

describe('loss ratios', () => {
  it('read the column of the chosen mode', () => {
    const ids = (figure: Figure) =>
      ['strict', 'reference'].map((variant) => figure.columns(figure.options.parse({ variant }))[0])
    expect(ids(ifdDensity)).toEqual(['ifd.strict', 'ifd.reference'])
    expect(ids(icIfdDensity)).toEqual(['ic_ifd.strict', 'ic_ifd.reference'])
  })

  it('keep rows above 1 and print their share', () => {
    const data = testData([one('ifd.strict', [0.5, 0.9, 1, 1.2])])
    const prepared = prepare(ifdDensity, data)
    expect(prepared.cells[0]?.curves[0]).toMatchObject({ n: 4, share: 0.25, above: 0 })
    expect(prepared.reference?.value).toBe(1)
  })

  it('end the axis where half a percent of the values begins, and count those beyond', () => {
    const cells = Array.from({ length: 400 }, (_, i) => (i === 0 ? 50 : 0.5 + (i % 10) / 100))
    const prepared = prepare(icIfdDensity, testData([one('ic_ifd.strict', cells)]))
    expect(prepared.edges[0]).toBeCloseTo(0.5, 12)
    expect(prepared.edges.at(-1)).toBeCloseTo(0.6, 12)
    expect(prepared.cells[0]?.curves[0]?.above).toBe(1)
    expect(prepared.notes[0]).toBe('1 value outside 0.5 to 0.6: off the axis.')
  })

  it('have axes with round ends that hold the reference', () => {
    const part = Float64Array.of(0.62, 0.7, 0.81)
    expect(axisOf([part], null)).toEqual({ from: 0.6, to: 0.85 })
    expect(axisOf([part], 1)).toEqual({ from: 0.6, to: 1 })
    expect(axisOf([Float64Array.of(0.5)], null)).toEqual({ from: 0.5, to: 0.6 })
    expect(axisOf([new Float64Array(0)], 1)).toEqual({ from: 0, to: 1 })
  })

  it('take wide bins for few rows', () => {
    const cells = (n: number) => Array.from({ length: n }, (_, i) => 0.5 + (i % 7) / 10)
    const edges = (n: number) =>
      prepare(ifdDensity, testData([one('ifd.strict', cells(n))])).edges.length - 1
    expect([edges(20), edges(300)]).toEqual([24, 60])
  })
})

// Values of the small and the large evolver in rounds 1, 2 and 3.
it.each([
  [
    'says who is higher in how many panels',
    [
      [0.4, 0.5, 0.6],
      [0.1, 0.2, 0.3],
      [0.1, 0.1, 0.3],
      [0.2, 0.2, 0.3],
      [0.4, 0.4, 0.3],
      [0.2, 0.2, 0.3],
    ],
    'round 1: 0.500 against 0.200',
  ],
  [
    'names the widest gap in favour of who is higher more often',
    [
      [0.4, 0.4, 0.4],
      [0.3, 0.3, 0.3],
      [0.5, 0.5, 0.5],
      [0.3, 0.3, 0.3],
      [0.1, 0.1, 0.1],
      [0.9, 0.9, 0.9],
    ],
    'round 2: 0.500 against 0.300',
  ],
])('%s', (_, values, widest) => {
  const data = testData(
    values.map((own, i) =>
      one('mnd.mnd', own, {
        round: Math.floor(i / 2) + 1,
        ...(i % 2 === 1 ? { arm: 'large' } : {}),
      }),
    ),
  )
  expect(mndDensity.typed.reading(prepare(mndDensity, data))).toBe(
    `small has a higher median distance than large in 2 of 3 panels; widest in set, ${widest}.`,
  )
})

it('draws fewer points with many panels, and the same curve', () => {
  const cells = [0.1, 0.25, 0.3, 0.5, 0.7]
  const many = Array.from({ length: 8 }, (_, round) => one('mnd.mnd', cells, { round: round + 1 }))
  const coarse = prepare(mndDensity, testData(many))
  const fine = prepare(mndDensity, testData(many.slice(0, 1)))
  expect(coarse.grid.points).toBe(250)
  expect(coarse.cells[0]?.curves[0]?.kde?.[0]).toBeCloseTo(
    fine.cells[0]?.curves[0]?.kde?.[0] ?? 0,
    9,
  )
})

it('sends heights as exact as a picture, and leaves those of the tables alone', () => {
  const { typed } = distribution
  const { data, options } = typed.example()
  const chosen = typed.options.parse(options)
  const prepared = typed.prepare(data, chosen)
  const sent = coarser(prepared)
  for (const [c, cell] of prepared.cells.entries()) {
    for (const [k, curve] of cell.curves.entries()) {
      const top = Math.max(...(curve.kde ?? []))
      const drawn = sent.cells[c]?.curves[k]?.kde ?? []
      expect(drawn).toHaveLength(curve.kde?.length ?? 0)
      for (const [i, y] of drawn.entries())
        expect(Math.abs(y - (curve.kde?.[i] ?? 0))).toBeLessThan(1e-3 * top)
    }
  }
  expect(JSON.stringify(sent).length).toBeLessThan(0.7 * JSON.stringify(prepared).length)
  const bars = coarser({ ...prepared, view: 'histogram' })
  expect(bars.cells[0]?.curves[0]).toMatchObject({ kde: null, density: [] })
  expect(bars.cells[0]?.curves[0]?.counts).toEqual(prepared.cells[0]?.curves[0]?.counts)
})

it.each([
  'mnd-density',
  'ifd-density',
  'ic-ifd-density',
  'first-token-probability',
  'distribution',
])('draws %s on a logarithmic scale and says what has no place there', (id) => {
  const figure = getFigure(id)
  const { data, options } = figure.example()
  const [linear, log] = ['linear', 'log'].map(
    (scale) =>
      figure.prepare(data, parseFigureOptions(figure, { ...options, scale })) as DensityPrepared,
  )
  expect([linear?.scale, log?.scale]).toEqual(['linear', 'log'])
  const edges = log?.edges ?? []
  expect(edges.length).toBe(linear?.edges.length)
  expect(edges[0]).toBeGreaterThan(0)
  const ratios = edges.slice(2, -1).map((edge, i) => edge / (edges[i + 1] as number))
  expect(Math.max(...ratios) / Math.min(...ratios)).toBeCloseTo(1, 6)
  const zeros = data.series.flatMap(({ columns, n }) =>
    Object.values(columns)
      .slice(0, 1)
      .flatMap(({ values, status, width }) =>
        Array.from({ length: n }, (_, row) => row).filter(
          (row) => carriesValue(status[row] ?? 0) && values[row * width] === 0,
        ),
      ),
  ).length
  expect(log?.notes.some((note) => note.includes('no place on a logarithmic scale'))).toBe(
    zeros > 0,
  )
})
