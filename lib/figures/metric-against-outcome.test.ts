import { expect, it } from 'vitest'
import { parseFigureOptions } from '.'
import { metricAgainstOutcome } from './metric-against-outcome'
import { exampleOutcomes } from './shared/example-outcomes'
import { exampleResult } from './shared/example-results'
import { LENGTH, type OutcomePrepared } from './shared/outcome'
import { meanOfSet } from './shared/set-points'
import type { FigureData } from './types'

const base = exampleOutcomes()
const PROMPT = { benchmark: 'IFEval', metric: 'prompt_level_strict_acc,none', n: 541 }

function result(
  no: number,
  value: number,
  mapping: Parameters<typeof exampleResult>[2],
): ReturnType<typeof exampleResult> {
  const student = { student: 'Llama-3-8B', seedSets: ['alpaca'], ...mapping }
  return exampleResult(no, { ...PROMPT, value: value / 541, k: value }, student)
}

function draw(own: ReturnType<typeof exampleResult>[], options: object = {}): OutcomePrepared {
  const data = { ...base, results: { ...base.results, own } } as FigureData
  const parsed = parseFigureOptions(metricAgainstOutcome, options)
  return metricAgainstOutcome.prepare(data, parsed) as OutcomePrepared
}

const small = [1, 2, 3].map((round) =>
  result(round, 100 + 10 * round, { armKey: 'small-8b', round }),
)
const large = [1, 2, 3].map((round) =>
  result(10 + round, 90 + 12 * round, { armKey: 'large-70b', round }),
)

it('puts the length first, and gives both correlations over the same sets with their intervals', () => {
  const { panels, notes } = draw([...small, ...large])
  expect(panels.map(({ x }) => x.column)).toEqual([LENGTH, 'ifd.strict'])
  expect(panels.map(({ n }) => n)).toEqual([6, 6])
  expect(panels[0]?.sets.map(({ key }) => key)).toEqual(panels[1]?.sets.map(({ key }) => key))
  for (const panel of panels) {
    expect(panel.spearman).not.toBeNull()
    expect(panel.low).toBeLessThanOrEqual(panel.spearman as number)
    expect(panel.heading).toContain('6 sets')
  }
  expect(notes.join(' ')).toContain('Length first')
  const prepared = draw([...small, ...large])
  expect(metricAgainstOutcome.table(prepared).rows[0]).toMatchObject({ measure: 'Words', sets: 6 })
  expect(metricAgainstOutcome.reading(prepared)).toMatch(/^With IFEval.*: length in words Spearman/)
  expect(metricAgainstOutcome.drawn?.(prepared).rows).toHaveLength(6)
})

it('takes the mean over all rows of a set, and no correlation into account beyond its sets', () => {
  const both = result(1, 200, { armKey: 'small-8b', round: 1, seedSets: ['alpaca', 'code-alpaca'] })
  const { panels } = draw([both])
  const series = base.series.filter(
    ({ armKey, round, seedSetKey }) =>
      armKey === 'small-8b' && round === 1 && ['alpaca', 'code-alpaca'].includes(seedSetKey),
  )
  const rows = series.flatMap(({ columns }) => [...(columns['ifd.strict']?.values ?? [])])
  const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length
  expect(panels[1]?.sets[0]?.x).toBeCloseTo(mean, 12)
  expect(panels[1]?.sets[0]?.y).toBeCloseTo((100 * 200) / 541, 12)
  expect(panels[1]?.spearman).toBeNull()
  const set = { key: '', label: '', arm: '', series, selection: null as never, result: both }
  expect(meanOfSet(set, 'no.column')).toBeNull()
})

it('warns below five sets and gives no interval, and no correlation below three', () => {
  const four = draw([...small, ...large.slice(0, 1)])
  expect(four.notes.join(' ')).toContain('Only 4 sets')
  expect(four.panels.every(({ low, spearman }) => low === null && spearman !== null)).toBe(true)
  const two = draw(small.slice(0, 2))
  expect(two.panels.every(({ spearman }) => spearman === null)).toBe(true)
  expect(draw([...small, ...large.slice(0, 2)]).notes.join(' ')).not.toContain('Only')
})

it('leaves out results whose set is not known, and says why', () => {
  const open = [
    result(21, 100, { armKey: null }),
    result(22, 100, { armKey: 'small-8b', round: null }),
    result(23, 100, { armKey: 'small-8b', round: 1, seedSets: [] }),
    result(24, 100, { armKey: 'small-8b', round: 1, subsetId: 'export' }),
    result(25, 100, { armKey: 'small-8b', round: 1, seedSets: ['alpaca', 'elsewhere'] }),
  ]
  const { panels, notes } = draw(open)
  expect(panels).toEqual([])
  expect(notes.filter((note) => note.startsWith('1 result left out'))).toHaveLength(5)
  expect(metricAgainstOutcome.reading(draw(open))).toBe('')
})

it('draws the newest of several results of one set, or each, and keeps other students apart', () => {
  const older = result(1, 100, { armKey: 'small-8b', round: 1 })
  const newer = result(2, 150, { armKey: 'small-8b', round: 1 })
  const other = result(3, 300, { armKey: 'small-8b', round: 1, student: 'Other' })
  const { panels, notes } = draw([newer, older, other])
  expect(panels[0]?.sets.map(({ y }) => y)).toEqual([(100 * 150) / 541])
  expect(notes.join(' ')).toContain('1 result not drawn: another one stands at the same point')
  const each = draw([newer, older, other], { repeats: 'each' }).panels[0]
  expect(each?.sets.map(({ y }) => Math.round(5.41 * y))).toEqual([150, 100])
  // Two results of one set are no two sets of a correlation.
  expect(each?.n).toBe(1)
  expect(draw([older, other], { student: 'Other' }).panels[0]?.sets[0]?.y).toBeCloseTo(55.45, 2)
})

it('keeps results of another version of the tool out of one correlation until asked', () => {
  const odd = small.map((one, at) => (at === 0 ? { ...one, harnessVersion: '2' } : one))
  const apart = draw(odd)
  expect(apart.panels[0]?.n).toBe(2)
  expect(apart.conflicts[0]).toMatchObject({ mixed: false })
  expect(draw(odd, { mix: true }).panels[0]?.n).toBe(3)
})

it('draws table 15 hollow beside own sets, in no correlation, and alone without results', () => {
  const { panels, source, arms } = draw([...small, ...large], { paper: true })
  expect(source).toContain('Table 15')
  expect(panels.map(({ sets }) => sets.filter(({ published }) => published).length)).toEqual([0, 2])
  const own = draw([...small, ...large])
  expect(panels.map(({ spearman }) => spearman)).toEqual(own.panels.map(({ spearman }) => spearman))
  const published = panels[1]?.sets.filter((set) => set.published)
  expect(published?.map(({ arm, x, y }) => [arm, x, y])).toEqual([
    ['small-8b', 0.8304, 33.09],
    ['large-70b', 0.8203, 35.12],
  ])
  expect(arms.map(({ key }) => key)).toEqual(['small-8b', 'large-70b'])
  const alone = draw([], { paper: true, x: 'ic_ifd.strict' })
  expect(alone.panels[0]?.sets.map(({ x, y }) => [x, Number(y.toFixed(4))])).toEqual([
    [0.3589, 40.635],
    [0.3705, 42.1825],
  ])
  expect(alone.panels[0]?.spearman).toBeNull()
})

it("gives Fisher's interval where it is chosen, and none for a correlation of 1", () => {
  const monotone = base.series
    .filter(({ armKey, seedSetKey }) => armKey !== null && seedSetKey === 'alpaca')
    .map(({ armKey, round, columns }) => ({
      armKey: armKey as string,
      round,
      words: [...(columns[LENGTH]?.values ?? [])].reduce((sum, one) => sum + one, 0),
    }))
    .toSorted((a, b) => a.words - b.words)
  const own = monotone.map(({ armKey, round }, at) => result(at + 1, 100 + at, { armKey, round }))
  const fisher = draw(own, { interval: 'fisher' }).panels[0]
  expect(fisher?.spearman).toBeCloseTo(1, 12)
  expect(fisher?.low).toBeNull()
  const mixed = draw([...small, ...large], { interval: 'fisher' }).panels[0]
  const bootstrap = draw([...small, ...large]).panels[0]
  expect(mixed?.low).not.toBe(bootstrap?.low)
})
