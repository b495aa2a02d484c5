import { describe, expect, it } from 'vitest'
import { listFigures } from '.'
import type { DensityPrepared } from './shared/density'
import { countedShare } from './shared/level-places'
import type { DifficultyLevelsPrepared } from './shared/levels'
import { pointKey, type LinesPrepared } from './shared/lines'
import type { MatrixPrepared } from './shared/matrix'
import type { PointsPrepared } from './shared/points'
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
  const of = (group: string) => {
    const start = groups.indexOf(group) * perGroup
    return Array.from(counts.subarray(start, start + perGroup))
  }
  return { prepared: prepared as unknown, of }
}

// Sums of floats differ in their last digits by the order of adding.
const rounded = (value: number) => Number(value.toPrecision(9))

/** What a figure draws of each group, as its tile counts it. */
function drawnCounts(figure: Figure, prepared: unknown) {
  if (figure.drawing === 'curves')
    return (prepared as DensityPrepared).cells.flatMap(({ row, column, curves }) =>
      curves.map(({ arm, below, counts, above }) => ({
        group: groupKey(row, column, arm),
        counts: [below, ...counts, above],
      })),
    )
  if (figure.drawing === 'lines')
    return (prepared as LinesPrepared).points.map((point) => ({
      group: pointKey(point),
      counts: [point.n, rounded(point.n * (point.value ?? 0))],
    }))
  if (figure.drawing === 'points') {
    const { panels } = prepared as PointsPrepared
    const most = Math.max(...panels.map(({ cells }) => cells.length / 3))
    return panels.map(({ row, column, cells }) => ({
      group: groupKey(row, column, ''),
      counts: Array.from({ length: most }, (_, k) => cells[3 * k + 2] ?? 0),
    }))
  }
  if (figure.drawing === 'matrix')
    return (prepared as MatrixPrepared).panels.map(({ row, column, cells }) => ({
      group: groupKey(row, column, ''),
      counts: cells.map(({ text }) => Number(text.replaceAll(',', ''))),
    }))
  return (prepared as DifficultyLevelsPrepared).panels.flatMap(({ row, column, bars }) =>
    bars.map(({ arm, mix }) => {
      const shares = [...mix.levels, mix.none]
      // Shares of rows of their own have as many totals as shares.
      const totals = shares.some(({ of }) => of !== undefined)
        ? shares.map(({ of }) => of ?? 0)
        : [mix.asked]
      return {
        group: groupKey(row, column, arm),
        counts: [...shares.map(({ count }) => count), ...totals],
      }
    }),
  )
}

/** The options under which a figure draws rows in another way. */
const VARIANTS: Record<string, Record<string, unknown>[]> = {
  'first-token-probability': [{ k: 1 }, { rows: 'position' }, { rows: 'all', columns: 'all' }],
  'health-rates': [{ by: 'seedSet' }, { by: 'operator' }],
  'category-shares': [{ most: 2 }],
  lengths: [{ statistic: 'mean' }],
  scatter: [{ rows: 'cell' }, { rows: 'all', columns: 'all', xScale: 'log' }],
  'level-transitions': [{ columns: 'all' }],
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
      const drawn = drawnCounts(figure, found.prepared)
      expect(drawn.length).toBeGreaterThan(0)
      for (const { group, counts } of drawn) expect(found.of(group).map(rounded)).toEqual(counts)
    },
  )
})

it('takes the share of a level from the rows it is a share of', () => {
  // Two levels, none, and either one total or one each.
  expect([0, 1, 2].map((place) => countedShare([3, 1, 4, 8], place, 2))).toEqual([37.5, 12.5, 50])
  expect(countedShare([3, 1, 0, 6, 2, 0], 1, 2)).toBe(50)
  expect(countedShare([3, 1, 0, 6, 2, 0], 2, 2)).toBe(0)
  expect(countedShare([], 0, 2)).toBe(0)
})
