import { carriesValue, statusCode } from '@/lib/contracts/status'
import { wilsonInterval } from '@/lib/stats/intervals'
import type { FacetAxis, FigureSelection, FigureSeries, PreparedCommon } from '../types'

/** Share of one level among the rows that were rated, with its Wilson interval, all in percent. */
export interface LevelShare {
  count: number
  percent: number
  low: number
  high: number
  /** Rows that it is a share of, where that is not the series' `asked`. */
  of?: number
}

/** Levels of one series. */
export interface LevelMix {
  /** Rows that the judge model was asked about: the denominator of every share. */
  asked: number
  levels: LevelShare[]
  /** Asked, but no level could be read. */
  none: LevelShare
  /** Mean ordinal over rows with a level. */
  meanLevel: number | null
}

/** The bars of one arm in one panel. */
export interface LevelBars {
  arm: string
  mix: LevelMix
  partial: boolean
  model: string | null
  /** Published mix of the same cell; null without overlay. */
  published: LevelMix | null
}

/** Shares of one arm minus those of the baseline, in points of percent. */
export interface LevelDifference {
  arm: string
  baseline: string
  levels: { difference: number; low: number; high: number }[]
}

/** One seed set in one round. */
export interface LevelPanel {
  row: string
  column: string
  bars: LevelBars[]
  differences: LevelDifference[]
}

/** What a figure of levels calls them. */
export interface LevelNames {
  /** Heads the column of the table. */
  one: string
  /** "Bars of the share of each ...". */
  each: string
  /** Rows without one, in the table and in the legend. */
  none: string
  legend: string
}

/** What a figure of levels draws. */
export interface DifficultyLevelsPrepared extends PreparedCommon {
  rows: FacetAxis[]
  columns: FacetAxis[]
  column: string
  names: LevelNames
  levels: readonly string[]
  /** Filter of each level, and of no level at the end, where it is not the level's ordinal. */
  filters?: LevelFilter[]
  /** Whether rows without a level are a category of their own; they are unless this is false. */
  hasNone?: boolean
  view: 'grouped' | 'stacked' | 'difference'
  intervals: boolean
  axis: 'shared' | 'own'
  /** What the heights of bars are; shares unless given. */
  heights?: 'share' | 'count'
  panels: LevelPanel[]
  overlay: { shown: boolean; source: string; model: string | null; cells: number }
}

/** What of a selection tells the rows of one level. */
export type LevelFilter = Pick<
  FigureSelection,
  'column' | 'min' | 'max' | 'values' | 'missing' | 'operators'
> & { seedSetKey?: string | null }

/** Returns the rows of one level of one arm; the index after the last level means rows without one. */
export function levelSelection(
  prepared: DifficultyLevelsPrepared,
  panel: LevelPanel,
  arm: string,
  level: number,
): FigureSelection {
  const isNone = level === prepared.levels.length
  const ordinal = {
    column: prepared.column,
    min: level + 1,
    max: isNone ? null : level + 1,
    ...(isNone ? { missing: true } : {}),
  }
  return {
    seedSetKey: panel.column,
    armKey: arm,
    round: Number(panel.row),
    ...(prepared.filters?.[level] ?? ordinal),
  }
}

/** Returns the ordinals of the levels, ascending, or null where they are no levels of one column with an order. */
export function levelOrdinals({
  column,
  levels,
  filters,
}: Pick<DifficultyLevelsPrepared, 'column' | 'levels' | 'filters'>): number[] | null {
  if (!filters) return levels.map((_, i) => i + 1)
  const ordinals = levels.flatMap((_, i) => {
    const own = filters[i]
    const isLevel = own?.column === column && own.min === own.max && !own.values
    return isLevel && own.min !== null ? [own.min] : []
  })
  const isAscending = ordinals.every((ordinal, i) => i === 0 || ordinal > (ordinals[i - 1] ?? 0))
  return ordinals.length === levels.length && isAscending ? ordinals : null
}

/** Returns the axis of levels on which a range can be marked, null where they have no order. */
export function levelAxis(prepared: DifficultyLevelsPrepared) {
  const edges = levelOrdinals(prepared)
  return edges && edges.length > 0 ? { column: prepared.column, edges } : null
}

// Rows in these states were never put to the judge model, so they belong to no share. A table, for loops over whole columns.
const NOT_ASKED = new Uint8Array(256)
NOT_ASKED[statusCode('not_run')] = 1
NOT_ASKED[statusCode('cancelled')] = 1

/** Returns a share of the rows that were asked, in percent, with its interval. */
export function share(count: number, asked: number): LevelShare {
  const interval = wilsonInterval(count, asked)
  if (!interval.ok) return { count, percent: 0, low: 0, high: 0 }
  return {
    count,
    percent: (100 * count) / asked,
    low: 100 * interval.low,
    high: 100 * interval.high,
  }
}

/** Returns the level mix of counts per level (very easy first) and the number of rows that were asked. */
export function levelMix(counts: readonly number[], asked: number): LevelMix {
  const rated = counts.reduce((sum, c) => sum + c, 0)
  const weighted = counts.reduce((sum, c, level) => sum + c * (level + 1), 0)
  return {
    asked,
    levels: counts.map((c) => share(c, asked)),
    none: share(asked - rated, asked),
    meanLevel: rated === 0 ? null : weighted / rated,
  }
}

/** Returns whether a row with this status byte belongs to the denominator of shares. */
export function wasAsked(code: number): boolean {
  return NOT_ASKED[code] !== 1
}

/** Returns the level mix of a series' enum column with k levels; nothing was asked where the column is absent. */
export function levelMixOf(series: FigureSeries, columnId: string, k: number): LevelMix {
  const counts = Array.from({ length: k }, () => 0)
  const column = series.columns[columnId]
  let asked = 0
  for (let row = 0; column && row < series.n; row += 1) {
    const code = column.status[row] ?? 0
    if (NOT_ASKED[code] === 1) continue
    asked += 1
    const level = column.values[row] as number
    if (carriesValue(code) && Number.isInteger(level) && level >= 1 && level <= k) {
      counts[level - 1] = (counts[level - 1] as number) + 1
    }
  }
  return levelMix(counts, asked)
}

/**
 * Returns the difference of two shares in points of percent with Newcombe's interval, made from the two Wilson
 * intervals; for independent sets of rows.
 */
export function shareDifference(a: LevelShare, b: LevelShare) {
  const difference = a.percent - b.percent
  return {
    difference,
    low: difference - Math.hypot(a.percent - a.low, b.high - b.percent),
    high: difference + Math.hypot(a.high - a.percent, b.percent - b.low),
  }
}
