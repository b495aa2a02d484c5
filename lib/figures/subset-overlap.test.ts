import { expect, it } from 'vitest'
import { levelSelection } from './shared/levels'
import { subsetOverlap } from './subset-overlap'

const { typed } = subsetOverlap

function drawn(options: object = {}) {
  const { data } = typed.example()
  return { data, prepared: typed.prepare(data, typed.options.parse(options)) }
}

it('counts the rows that exactly these selections have, and opens just those', () => {
  const { data, prepared } = drawn({ top: 20 })
  expect(prepared.levels).toEqual(['A', 'B', 'C', 'AB', 'AC', 'BC', 'ABC'])
  expect(prepared.combinations).toEqual([
    'IFD only',
    'IC-IFD only',
    'Instruction words only',
    'IFD and IC-IFD',
    'IFD and Instruction words',
    'IC-IFD and Instruction words',
    'IFD, IC-IFD and Instruction words',
  ])
  for (const panel of prepared.panels) {
    for (const { arm, mix } of panel.bars) {
      const series = data.series.find(
        (one) =>
          one.seedSetKey === panel.column &&
          one.round === Number(panel.row) &&
          (one.armKey ?? 'seeds') === arm,
      )
      if (!series) throw new Error('no series')
      const opened = mix.levels.map((_, level) => {
        const { also = [], ...first } = levelSelection(prepared, panel, arm, level)
        const ranges = [{ ...first, column: first.column ?? '' }, ...also]
        return Array.from({ length: series.n }, (_, row) => row).filter((row) =>
          ranges.every(({ column, min, max, missing = false }) => {
            const { values, status } = series.columns[column] ?? { values: [], status: [] }
            if (status[row] !== 0 && Number.isNaN(values[row])) return missing
            const value = values[row] as number
            return value >= (min ?? -Infinity) && value <= (max ?? Infinity)
          }),
        ).length
      })
      expect(opened).toEqual(mix.levels.map(({ count }) => count))
    }
  }
})

it('takes a column once and says that one selection has nothing to overlap with', () => {
  const same = { first: 'ifd.strict', second: 'ifd.strict', third: 'none' }
  const { prepared } = drawn(same)
  expect(prepared.combinations).toEqual(['IFD only'])
  expect(prepared.notes.join()).toContain('Choose a second column')
})
