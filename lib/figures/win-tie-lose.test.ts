import { expect, it } from 'vitest'
import { exampleResult, exampleResults } from './shared/example-results'
import { parseFigureOptions } from '.'
import type { FigureData } from './types'
import { winTieLose, type OutcomesPrepared } from './win-tie-lose'

const draw = (data: FigureData, options: object = {}) =>
  winTieLose.prepare(data, parseFigureOptions(winTieLose, options)) as OutcomesPrepared

function counts(model: string, values: readonly (number | null)[], from = 1) {
  return (['win', 'tie', 'lose'] as const).map((metric, at) => {
    const value = values[at] ?? null
    const missing = value === null ? ('not_reported' as const) : null
    const facts = { model, benchmark: 'Prompts', metric, unit: 'count' as const, isShare: false }
    return exampleResult(from + at, { ...facts, value, missing }, {})
  })
}

it('draws the nine bars of Figures 6 and 7 with their sign tests and training rows', () => {
  const { panels, counts: counted } = draw(exampleResults([]), { paper: true })
  expect(panels.map(({ bars }) => bars.length)).toEqual([3, 3, 3])
  const [first] = panels[0]?.bars ?? []
  expect(first).toMatchObject({ win: 421, tie: 57, lose: 327, n: 805, trained: 2599 })
  expect(first?.p).toBeCloseTo(0.000663, 6)
  expect(first?.share).toBeCloseTo(0.5628, 4)
  expect(first?.low).toBeCloseTo(0.5271, 4)
  expect(first?.high).toBeCloseTo(0.598, 4)
  expect(counted).toHaveLength(3)
})

it('needs no mapping of the model, and has no test where every prompt is a tie', () => {
  const { panels } = draw(exampleResults([...counts('a', [3, 0, 1]), ...counts('b', [0, 5, 0], 4)]))
  expect(panels[0]?.bars.map(({ label, n, p, share }) => [label, n, p, share])).toEqual([
    ['a', 4, 0.625, 0.75],
    ['b', 5, null, null],
  ])
})

it('leaves out a comparison of which a number is missing, with its reason, and takes nothing for 0', () => {
  const { panels, counts: counted } = draw(exampleResults(counts('a', [3, null, 1])))
  expect(panels).toEqual([])
  expect(counted[0]).toMatchObject({ n: 1, valued: 0, missing: { not_reported: 1 } })
})

it('shows the rows of the export that a model was trained on', () => {
  const own = counts('a', [3, 0, 1]).map((one) => ({
    ...one,
    mapping: { ...one.mapping, subsetId: 's' },
  }))
  const { panels } = draw(exampleResults(own, [{ id: 's', name: 'Best', rows: 2500 }]))
  expect(panels[0]?.bars[0]?.trained).toBe(2500)
})
