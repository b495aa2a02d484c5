import { carriesValue } from '@/lib/contracts/status'
import type { FigureData, FigureSeries, RowPlaces } from '../types'
import { wasAsked, type DifficultyLevelsPrepared } from './levels'
import { armOf } from './series'
import { groupKey, type Counts } from './tiles'

/** Counts a row in its bar, whose counts begin at `start`: first the levels, then none, then what they are shares of. */
type LevelCounter = (row: number, counts: Counts, start: number) => void

interface LevelCounting {
  /** How the rows of a series are counted; null where it has none. */
  counter(series: FigureSeries): LevelCounter | null
  /** Column of the panel that a series is drawn in; its seed set unless given. */
  panelColumn?(series: FigureSeries): string
  /** Whether each level is a share of rows of its own. */
  hasOwnTotals?: boolean
}

/** Returns where the rows behind the bars of a figure of levels are counted. */
export function levelPlaces(
  data: FigureData,
  { panels, levels }: Pick<DifficultyLevelsPrepared, 'panels' | 'levels'>,
  { counter, panelColumn, hasOwnTotals = false }: LevelCounting,
): RowPlaces {
  const bars = panels.flatMap(({ row, column, bars: own }) =>
    own.map(({ arm }) => groupKey(row, column, arm)),
  )
  const size = levels.length + 1
  const perGroup = hasOwnTotals ? 2 * size : size + 1
  return {
    groups: bars,
    perGroup,
    edges: [],
    of(series) {
      const column = panelColumn?.(series) ?? series.seedSetKey
      const bar = bars.indexOf(groupKey(String(series.round), column, armOf(series)))
      const count = bar < 0 || !data.series.includes(series) ? null : counter(series)
      return count && ((row, counts) => count(row, counts, bar * perGroup))
    },
  }
}

/** Adds one to a count. */
export function increment(counts: Counts, place: number): void {
  counts[place] = (counts[place] as number) + 1
}

/** Returns what counts the rows of a column with k levels. */
export function ordinalCounter(series: FigureSeries, columnId: string, k: number) {
  const column = series.columns[columnId]
  if (!column) return null
  return (row: number, counts: Counts, start: number) => {
    const code = column.status[row] ?? 0
    if (!wasAsked(code)) return
    const level = carriesValue(code) ? (column.values[row] as number) : 0
    const isLevel = Number.isInteger(level) && level >= 1 && level <= k
    increment(counts, start + (isLevel ? level - 1 : k))
    increment(counts, start + k + 1)
  }
}

/** Returns the share in percent of the level at `place` in the counts of its bar, 0 where there are no rows. */
export function countedShare(counts: ArrayLike<number>, place: number, levels: number): number {
  const size = levels + 1
  const of = counts[counts.length > size + 1 ? size + place : size] ?? 0
  return of > 0 ? (100 * (counts[place] ?? 0)) / of : 0
}
