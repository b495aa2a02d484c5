import { carriesValue, statusCode, statusOf } from '@/lib/contracts/status'
import type {
  ArmMark,
  FacetAxis,
  FigureConflict,
  FigureData,
  FigureSeries,
  SeriesColumn,
  SeriesCount,
} from '../types'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'

/** Returns the drawing key of a series' arm. */
export function armOf(series: FigureSeries): string {
  return series.armKey ?? SEEDS_KEY
}

/** Returns "Seeds" for round 0 of the seeds, else "Round 2". */
export function roundLabel(round: number): string {
  return round === 0 ? SEEDS_LABEL : `Round ${round}`
}

/**
 * Returns the arms that have a value in any of the counted series, in the study's order (seeds first), each once. Arms
 * without values stay in the counts.
 */
export function armsOf(data: FigureData, counts: readonly SeriesCount[]): ArmMark[] {
  const valued = new Set(counts.filter((entry) => entry.valued > 0).map((entry) => entry.seriesKey))
  const arms = new Map<string, ArmMark>()
  for (const series of data.series) {
    const key = armOf(series)
    if (arms.has(key) || !valued.has(series.key)) continue
    const colorIndex = series.armKey === null ? null : series.colorIndex
    arms.set(key, {
      key,
      label: series.armKey === null ? SEEDS_LABEL : series.armLabel,
      colorIndex,
    })
  }
  return [...arms.values()].toSorted((a, b) => (a.colorIndex ?? -1) - (b.colorIndex ?? -1))
}

/** Returns the seed sets of the data in their order of appearance. */
export function seedSetsOf(data: FigureData): FacetAxis[] {
  const sets = new Map(data.series.map((s) => [s.seedSetKey, s.seedSetLabel]))
  return [...sets].map(([key, label]) => ({ key, label }))
}

/** Returns the rounds of the data, ascending. */
export function roundsOf(data: FigureData): number[] {
  return [...new Set(data.series.map((series) => series.round))].toSorted((a, b) => a - b)
}

/** Returns "Code, round 2, Small" for tables and messages. */
function seriesLabel(series: FigureSeries): string {
  return series.armKey === null
    ? `${series.seedSetLabel}, seeds`
    : `${series.seedSetLabel}, round ${series.round}, ${series.armLabel}`
}

// Squares of numbers in between are numbers, too; beyond, spread and curves would overflow or vanish.
const SMALLEST = 1e-150
const LARGEST = 1e150

/** Returns whether a value has a place on an axis. */
export function isDrawable(value: number): boolean {
  const size = Math.abs(value)
  return (size >= SMALLEST && size <= LARGEST) || size === 0
}

/** Returns the values of a scalar column that count, in row order, in `kept` where that is given; empty when the column is absent. */
export function valuesOf(
  series: FigureSeries,
  columnId: string,
  kept: Float64Array = new Float64Array(series.n),
): Float64Array {
  const column = series.columns[columnId]
  if (!column) return new Float64Array(0)
  let k = 0
  for (let row = 0; row < series.n; row += 1) {
    const value = column.values[row * column.width] as number
    if (carriesValue(column.status[row] ?? 0) && isDrawable(value)) kept[k++] = value
  }
  return kept.subarray(0, k)
}

const NONFINITE = statusCode('nonfinite')
const OUT_OF_RANGE = statusCode('out_of_range')

/** Returns the status under which a value is counted that no bar, curve or mean can hold: it is missing with its reason. */
function codeOf(value: number): number {
  return Number.isFinite(value) ? OUT_OF_RANGE : NONFINITE
}

/** The status byte under which a row of a column is counted. */
function countedCode({ values, status, width }: SeriesColumn, row: number): number {
  const code = status[row] as number
  if (width !== 1 || !carriesValue(code)) return code
  const value = values[row] as number
  return isDrawable(value) ? code : codeOf(value)
}

/** How many rows of a series have a value of a column, or of both, and the reasons of the others. */
function countSeries(series: FigureSeries, columnId: string, alsoId?: string): SeriesCount {
  const column = series.columns[columnId]
  const also = alsoId === undefined ? column : series.columns[alsoId]
  const missing: Record<string, number> = {}
  let valued = 0
  if (!column) {
    if (series.n > 0) missing['not_run'] = series.n
  } else {
    const perCode = new Uint32Array(256)
    const other = also === column ? undefined : also
    for (let row = 0; row < series.n; row += 1) {
      const first = countedCode(column, row)
      const code = other && carriesValue(first) ? countedCode(other, row) : first
      perCode[code] = (perCode[code] as number) + 1
    }
    perCode.forEach((count, code) => {
      if (count === 0) return
      if (carriesValue(code)) valued += count
      else missing[statusOf(code).name] = (missing[statusOf(code).name] ?? 0) + count
    })
  }
  return {
    seriesKey: series.key,
    label: seriesLabel(series),
    arm: armOf(series),
    seedSetKey: series.seedSetKey,
    round: series.round,
    n: series.n,
    valued,
    missing,
    done: Math.min(column?.done ?? 0, also?.done ?? 0),
    total: Math.max(column?.total ?? series.cellRows, also?.total ?? 0),
    runId: column?.runId ?? null,
    definitionHash: column?.definitionHash ?? '',
  }
}

/** Returns the counts of all series: rows with a value of a column, of both where there is a second one. */
export function countAll(data: FigureData, columnId: string, alsoId?: string): SeriesCount[] {
  return data.series.map((series) => countSeries(series, columnId, alsoId))
}

/** The series that may share the axes, and those that were left out because their definition differs. */
export interface Comparable {
  data: FigureData
  conflicts: FigureConflict[]
}

function byDefinition(
  series: readonly FigureSeries[],
  columnId: string,
): Map<string, FigureSeries[]> {
  const groups = new Map<string, FigureSeries[]>()
  for (const one of series) {
    const hash = one.columns[columnId]?.definitionHash ?? ''
    groups.set(hash, [...(groups.get(hash) ?? []), one])
  }
  return groups
}

/**
 * Returns the series that were asked for a column. Series of different definitions never share an axis: the largest
 * group is kept (of equal ones the first), unless `mix` says to draw them all. The conflict names all groups, the drawn
 * one first.
 */
export function comparable(all: FigureData, columnId: string, mix: boolean): Comparable {
  const asked = all.series.filter((series) => (series.columns[columnId]?.total ?? 0) > 0)
  const groups = [...byDefinition(asked, columnId)].toSorted((a, b) => b[1].length - a[1].length)
  if (groups.length < 2) return { data: { ...all, series: asked }, conflicts: [] }
  const kept = mix ? asked : (groups[0]?.[1] ?? [])
  const definitions = groups.map(([hash, series]) => ({ hash, series: series.map(seriesLabel) }))
  const label = all.columns[columnId]?.label ?? columnId
  return {
    data: { ...all, series: asked.filter((series) => kept.includes(series)) },
    conflicts: [{ column: columnId, label, mixed: mix, definitions }],
  }
}
