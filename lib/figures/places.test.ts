import { describe, expect, it } from 'vitest'
import { listFigures } from '.'
import type { DensityPrepared } from './shared/density'
import { countedShare } from './shared/level-places'
import type { DifficultyLevelsPrepared } from './shared/levels'
import type { LinesPrepared } from './shared/lines'
import { groupKey } from './shared/tiles'
import type { Figure, FigureData } from './types'

/** Counts of all rows of a figure's example, by group. */
function countAllRows(figure: Figure, data: FigureData, options: Record<string, unknown>) {
  const prepared = figure.prepare(data, options)
  const places = figure.places?.(data, prepared, options)
  if (!places) return null
  const { groups, perGroup, hasSums } = places
  const size = groups.length * perGroup
  const counts = hasSums ? new Float64Array(size) : new Uint32Array(size)
  for (const series of data.series) {
    const count = places.of(series)
    for (let row = 0; count && row < series.n; row += 1) count(row, counts)
  }
  const of = (row: string, column: string, arm: string) => {
    const start = groups.indexOf(groupKey(row, column, arm)) * perGroup
    return Array.from(counts.subarray(start, start + perGroup))
  }
  return { prepared: prepared as unknown, of }
}

/** The options under which a figure draws rows in another way. */
const VARIANTS: Record<string, Record<string, unknown>[]> = {
  'first-token-probability': [{ k: 1 }, { rows: 'position' }, { rows: 'all', columns: 'all' }],
  'health-rates': [{ by: 'seedSet' }, { by: 'operator' }],
  'category-shares': [{ most: 2 }],
  distribution: [{ rows: 'all', columns: 'all' }],
}

const followers = listFigures().filter((figure) => figure.places)

describe.each(followers.map((figure) => [figure.id, figure] as const))('%s', (id, figure) => {
  const example = figure.example()
  const variants = [{}, ...(VARIANTS[id] ?? [])]
  it.each(variants.map((one) => [JSON.stringify(one), one] as const))(
    'counts its rows where it draws them, with %s',
    (_, variant) => {
      const options = figure.options.parse({ ...example.options, ...variant })
      const found = countAllRows(figure, example.data, options)
      if (!found) throw new Error('The figure has no places under these options.')
      let checked = 0
      if (figure.drawing === 'curves') {
        for (const { row, column, curves } of (found.prepared as DensityPrepared).cells)
          for (const { arm, below, counts, above } of curves) {
            expect(found.of(row, column, arm)).toEqual([below, ...counts, above])
            checked += 1
          }
      } else if (figure.drawing === 'levels') {
        const { panels, levels } = found.prepared as DifficultyLevelsPrepared
        for (const { row, column, bars } of panels)
          for (const { arm, mix } of bars) {
            const counts = found.of(row, column, arm)
            for (const [place, share] of [...mix.levels, mix.none].entries()) {
              expect(counts[place]).toBe(share.count)
              expect(countedShare(counts, place, levels.length)).toBeCloseTo(share.percent, 9)
              checked += 1
            }
          }
      } else {
        for (const { facet, round, arm, n, value } of (found.prepared as LinesPrepared).points) {
          const [count = 0, sum = 0] = found.of(String(round), facet, arm)
          expect(count).toBe(n)
          if (value !== null) expect(sum / count).toBeCloseTo(value, 9)
          checked += 1
        }
      }
      expect(checked).toBeGreaterThan(0)
    },
  )
})
