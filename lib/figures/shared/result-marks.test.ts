import { describe, expect, it } from 'vitest'
import { describeFigure, parseFigureOptions } from '..'
import { resultsDumbbell } from '../results-dumbbell'
import { resultsHeatMap } from '../results-heat-map'
import { selectorDots } from '../selector-dots'
import type { MatrixPrepared } from './matrix'
import type { ResultDotsPrepared } from './result-dots'
import { resultsOverRounds } from '../results-over-rounds'
import { resultsOverSizes } from '../results-over-sizes'
import { temperatureLines } from '../temperature-lines'
import type { Figure, FigureData, FigureResults } from '../types'
import type { ResultLinesPrepared } from './result-lines'
import { exampleResult, exampleResults } from './example-results'
import { differenceOf, intervalOf } from './result-interval'

const gsm8k = { benchmark: 'gsm8k', metric: 'exact_match,strict-match' }
const small = { armKey: 'small-8b', round: 1, student: 'Llama-3-8B' }

function draw(figure: Figure, data: FigureData, options: object = {}): ResultLinesPrepared {
  return figure.prepare(data, parseFigureOptions(figure, options)) as ResultLinesPrepared
}
const nothing: FigureResults = { own: [], arms: [], seedSets: [], exports: [] }
const none: FigureData = { series: [], columns: {}, results: nothing }

describe('the interval of a result', () => {
  it("is Wilson's for k of n: 0.500 of 1,000 gives 46.9 to 53.1 %", () => {
    const result = exampleResult(1, { ...gsm8k, value: 0.5, n: 1000, k: 500 }, small)
    const { low, high, basis } = intervalOf(result)
    expect(basis).toBe('wilson')
    expect(low).toBeCloseTo(46.907, 3)
    expect(high).toBeCloseTo(53.093, 3)
  })

  it('takes k from a share that is a count of n, and does not invent one for a share that is none', () => {
    const known = exampleResult(1, { ...gsm8k, value: 0.5, n: 1000 }, small)
    expect(intervalOf(known).basis).toBe('wilson')
    const odd = exampleResult(1, { ...gsm8k, value: 0.6535, n: 164, unit: 'fraction' }, small)
    expect(odd.attainable).toBe(false)
    expect(intervalOf(odd)).toEqual({ low: null, high: null, basis: null })
  })

  it('comes from the stated standard error where there is no n, and is absent without both', () => {
    const facts = { ...gsm8k, value: 0.5, isShare: false }
    const stated = intervalOf(exampleResult(1, { ...facts, stderr: 0.01 }, small))
    expect(stated.basis).toBe('stderr')
    expect(stated.low).toBeCloseTo(50 - 1.959964, 5)
    expect(intervalOf(exampleResult(1, facts, small)).low).toBeNull()
  })

  it("of a difference is Newcombe's: 56 of 70 against 48 of 80 gives 0.0524 to 0.3339", () => {
    // The worked example of Newcombe (1998), Statistics in Medicine 17, method 10.
    const of = (k: number, n: number) => {
      const facts = { ...gsm8k, value: k / n, n, k }
      return { ...intervalOf(exampleResult(1, facts, small)), value: (100 * k) / n }
    }
    const { value, low, high } = differenceOf(of(56, 70), of(48, 80))
    expect(value).toBeCloseTo(20, 9)
    expect(low).toBeCloseTo(5.24, 2)
    expect(high).toBeCloseTo(33.39, 2)
  })
})

describe('results over rounds', () => {
  it('draws table 10 with the seeds of table 9 beside own results, by name of the metric', () => {
    const own = exampleResult(1, { ...gsm8k, value: 0.64, n: 1319, isShare: true }, small)
    const { points, marks, overlay } = draw(resultsOverRounds, exampleResults([own]), {
      paper: true,
    })
    expect(overlay.source).toContain('Tables 9 and 10')
    const at = (arm: string, place: string) =>
      marks.find((mark) => mark.arm === arm && mark.place === place)
    expect(at('small-8b', '1')).toMatchObject({ value: 64, published: 63.38 })
    expect(at('small-8b', '3')).toMatchObject({ value: null, published: 65.88 })
    expect(at('large-70b', '1')).toMatchObject({ value: null, published: 63 })
    expect(at('seeds', '0')?.published).toBeGreaterThan(0)
    expect(points).toHaveLength(7)
  })

  it('draws the eight metrics of the paper alone where the study has no result', () => {
    const { facets, counts, arms, notes } = draw(resultsOverRounds, none, { paper: true })
    expect(facets).toHaveLength(8)
    expect(arms.map(({ label }) => label)).toEqual(['Seeds', 'SLM (published)', 'LLM (published)'])
    expect(counts.map(({ valued }) => valued)).toEqual([8, 24, 24])
    expect(notes.join(' ')).toContain('Published numbers only')
  })

  it('gives the difference of the two evolvers, own and published, and says when there is no second one', () => {
    const large = { ...small, armKey: 'large-70b' }
    const own = [small, large].map((mapping, at) =>
      exampleResult(
        at + 1,
        { ...gsm8k, value: 0.64 - 0.01 * at, n: 1000, k: 640 - 10 * at },
        mapping,
      ),
    )
    const options = { view: 'difference', paper: true }
    const { marks, notes } = draw(resultsOverRounds, exampleResults(own), options)
    const first = marks.find(({ place }) => place === '1')
    expect(first?.value).toBeCloseTo(1, 9)
    expect(first?.published).toBeCloseTo(63.38 - 63, 9)
    expect(first?.low).toBeLessThan(0)
    expect(notes.join(' ')).toContain('independent')
    const alone = draw(resultsOverRounds, exampleResults(own.slice(0, 1)), { view: 'difference' })
    expect(alone.notes.join(' ')).toContain('two evolvers')
  })

  it('keeps missing values apart from 0, and says which results it leaves out', () => {
    const missing = exampleResult(1, { ...gsm8k, missing: 'error' }, small)
    const unknown = exampleResult(2, { ...gsm8k, value: 0.5 }, {})
    const noRound = exampleResult(3, { ...gsm8k, value: 0.5 }, { ...small, round: null })
    const { marks, counts, notes } = draw(
      resultsOverRounds,
      exampleResults([missing, unknown, noRound]),
    )
    expect(marks).toHaveLength(1)
    expect(marks[0]?.value).toBeNull()
    expect(counts[0]).toMatchObject({ n: 1, valued: 0, missing: { error: 1 } })
    expect(notes.join(' ')).toMatch(/not said which evolver.*not said to have a round/)
  })

  it('draws eight of a folder of metrics, and any of them by choice', () => {
    const own = Array.from({ length: 30 }, (_, at) =>
      exampleResult(
        at + 1,
        { benchmark: 'mmlu', subBenchmark: `part ${at}`, metric: 'acc', value: 0.5 },
        small,
      ),
    )
    const { facets, notes } = draw(resultsOverRounds, exampleResults(own))
    expect(facets).toHaveLength(8)
    expect(notes.join(' ')).toContain('22 more metrics')
    const one = draw(resultsOverRounds, exampleResults(own), { metric: 'mmlu | part 29 | acc' })
    expect(one.facets.map(({ label }) => label)).toEqual(['mmlu: part 29, acc'])
  })

  it.each([
    [small, { armKey: 'small-8b', round: 1 }],
    [
      { ...small, seedSets: ['alpaca', 'code'] },
      { seedSets: ['alpaca', 'code'], round: 1 },
    ],
    [
      { ...small, armKey: 'seeds', round: null },
      { armKey: 'seeds', round: 0 },
    ],
    [
      { ...small, subsetId: 'hard' },
      { armKey: null, exports: [{ id: 'hard', inside: true }] },
    ],
  ])('leads from a point to the rows that its model was trained on: %o', (mapping, expected) => {
    const own = exampleResult(1, { ...gsm8k, value: 0.5 }, mapping)
    const { points } = draw(resultsOverRounds, exampleResults([own]))
    expect(points[0]?.selection).toMatchObject(expected)
    expect(points[0]?.selection).not.toHaveProperty('benchmark')
  })

  it('leads to the results of the benchmark where these rows are not known, and from a difference', () => {
    const own = exampleResult(
      1,
      { ...gsm8k, benchmark: 'GSM8K', value: 0.5 },
      { ...small, round: null, size: '8B' },
    )
    const sizes = draw(resultsOverSizes, exampleResults([own]))
    expect(sizes.points[0]?.selection?.benchmark).toBe('gsm8k')
    const both = [small, { ...small, armKey: 'large-70b' }].map((mapping, at) =>
      exampleResult(at + 1, { ...gsm8k, value: 0.5 }, mapping),
    )
    const view = draw(resultsOverRounds, exampleResults(both), { view: 'difference' })
    expect(view.points[0]?.selection?.benchmark).toBe('gsm8k')
  })

  it('draws the results of one response model, and says how many others there are', () => {
    const by = (no: number, value: number, writer: string | null) =>
      exampleResult(no, { ...gsm8k, value }, { ...small, round: no, writer })
    const own = exampleResults([
      by(1, 0.5, 'A'),
      by(2, 0.6, 'A'),
      by(3, 0.7, 'B'),
      by(4, 0.8, null),
    ])
    const most = draw(resultsOverRounds, own)
    expect(most.marks.map(({ value }) => value)).toEqual([50, 60])
    expect(most.notes).toContain('Responses written by A.')
    expect(most.notes.join(' ')).toMatch(/2 results not drawn: another response model/)
    expect(draw(resultsOverRounds, own, { writer: 'B' }).marks.map(({ value }) => value)).toEqual([
      70,
    ])
  })
})

it('breaks the line over sizes where full tuning ends, and orders sizes by their parameters', () => {
  const { places, marks } = draw(resultsOverSizes, none, { paper: true })
  expect(places?.names).toEqual(['0.5B', '1.5B', '3B', '7B', '14B LoRA', '32B LoRA', '72B LoRA'])
  expect(places?.breaks).toEqual([4])
  expect(marks).toHaveLength(112)
  const log = draw(resultsOverSizes, none, { paper: true, scale: 'log' })
  expect(log.places?.at?.[0]).toBeCloseTo(Math.log10(5e8), 12)
})

it('draws table 12 over the temperature', () => {
  const { places, marks } = draw(temperatureLines, none, { paper: true })
  expect(places?.names).toHaveLength(6)
  expect(marks).toHaveLength(24)
})

it('describes choices of names in the results for the service to fill', () => {
  const fields = describeFigure(resultsOverRounds).options
  expect(fields.filter(({ ofResults }) => ofResults).map(({ name }) => name)).toEqual([
    'metric',
    'repeats',
    'writer',
    'student',
  ])
})

it('sets the students of table 1 beside their seeds and orders them by the difference', () => {
  const dots = resultsDumbbell.prepare(
    none,
    parseFigureOptions(resultsDumbbell, { paper: true }),
  ) as ResultDotsPrepared
  expect(dots.panels).toHaveLength(8)
  expect(dots.marks).toHaveLength(144)
  const gsm8kPanel = dots.panels.find(({ label }) => label.startsWith('GSM8K'))?.key ?? ''
  const gaps = (dots.lines[gsm8kPanel] ?? []).map((place) => {
    const of = (arm: string) =>
      dots.marks.find((m) => m.panel === gsm8kPanel && m.place === place && m.arm === arm)
    return (of('small')?.published ?? NaN) - (of('large')?.published ?? NaN)
  })
  expect(gaps).toHaveLength(6)
  expect(gaps).toEqual(gaps.toSorted((a, b) => b - a))
})

it('sets the selectors of table 5 beside each other', () => {
  const dots = selectorDots.prepare(
    none,
    parseFigureOptions(selectorDots, { paper: true }),
  ) as ResultDotsPrepared
  expect(dots.marks).toHaveLength(20)
  expect(Object.values(dots.lines)[0]).toContain('IC-IFD, 25 % kept')
})

it.each([
  ['llama', 144, 48],
  ['qwen', 144, 48],
  ['autoif', 168, 84],
  ['autoEvol', 48, 24],
])(
  'sets the published tables "%s" beside own results of students, as dots and as differences',
  (tables, n, pairs) => {
    const options = { paper: true, tables }
    const dots = draw(resultsDumbbell, none, options)
    expect(dots.overlay.source).toContain('Table')
    const map = resultsHeatMap.prepare(
      none,
      parseFigureOptions(resultsHeatMap, options),
    ) as MatrixPrepared
    expect(map.counts.reduce((sum, one) => sum + one.n, 0)).toBe(n)
    const [panel] = map.panels
    expect(panel?.cells.filter(({ text }) => text !== '')).toHaveLength(pairs)
    expect(map.reading).toMatch(/above zero in \d+ of/)
  },
)

it('gives table 1 as 42 of 48 differences above zero, as the paper counts them', () => {
  const parsed = parseFigureOptions(resultsHeatMap, { paper: true })
  const map = resultsHeatMap.prepare(none, parsed) as MatrixPrepared
  expect(map.reading).toContain('above zero in 42 of 48 differences')
})

it('draws own differences with their intervals, and a student with one evolver only as no pair', () => {
  const of = (no: number, k: number, mapping: object) =>
    exampleResult(no, { ...gsm8k, value: k / 1000, n: 1000, k }, mapping)
  const other = { ...small, student: 'Other' }
  const own = [of(1, 640, small), of(2, 600, { ...small, armKey: 'large-70b' }), of(3, 500, other)]
  const parsed = parseFigureOptions(resultsHeatMap, {})
  const map = resultsHeatMap.prepare(exampleResults(own), parsed) as MatrixPrepared
  expect(map.panels[0]?.across).toEqual(['Llama-3-8B'])
  const [cell] = map.panels[0]?.cells ?? []
  expect(cell?.text).toBe('+4.00')
  expect(cell?.read).toMatch(
    /^gsm8k, exact_match,strict-match, Llama-3-8B: \+4\.00 \(-0\.25.* to 8\.\d+\)$/,
  )
  expect(map.table.rows[0]).toMatchObject({ value: 4, place: 'Llama-3-8B' })
})
