import type { FacetAxis, FigureSelection, FigureTable, PreparedCommon, TableCell } from '../types'
import { CELL_COLUMNS, intervalColumns, publishedCells } from './overlay'
import { roundLabel } from './series'
import { groupKey } from './tiles'
import { coverageText, labelOf, list, number3, plural } from './text'

/** One round of one arm. */
export interface LinePoint {
  facet: string
  /** Row of panels, where the figure has several. */
  row?: string
  arm: string
  round: number
  n: number
  value: number | null
  low: number | null
  high: number | null
  published: number | null
  model: string | null
  partial: boolean
  /** What is said of the value when it is pointed at, instead of its number of rows. */
  detail?: string
  /** Where the point leads; absent = to the rows of its cell. */
  selection?: FigureSelection
  /** Set where another point stands for the place: no line goes through this one. */
  isApart?: true
}

/** An x axis of other places than rounds; `round` of a point is then the number of its place. */
export interface PlacesAxis {
  xLabel: string
  yLabel: string
  names: string[]
  /** Numbers of the places at which a line is not drawn on from the one before. */
  breaks: number[]
  /** A line at zero: the values are differences. */
  zero: boolean
  /** Where the places stand; absent = at equal steps. */
  at?: number[]
  /** Numbers of the places that are labelled; absent = all. */
  ticks?: number[]
}

/** What a line figure draws: one panel a seed set, one line an arm. */
export interface LinesPrepared extends PreparedCommon {
  facets: FacetAxis[]
  /** Rows of panels, each with a measure of its own; absent = one row. */
  rows?: FacetAxis[]
  /** Heads the column that names the row. */
  rowName?: string
  rounds: number[]
  points: LinePoint[]
  column: string
  measure: string
  unit: string
  direction: 'higher' | 'lower' | 'none'
  statistic: 'mean' | 'median'
  intervals: boolean
  axis: 'shared' | 'own'
  overlay: { shown: boolean; source: string; model: string | null; role: string }
  places?: PlacesAxis
}

/** Returns the key of a point's group of rows in a tile. */
export function pointKey(point: Pick<LinePoint, 'facet' | 'row' | 'arm' | 'round'>): string {
  const { facet, row, arm, round } = point
  return groupKey(row === undefined ? String(round) : `${row}, ${round}`, facet, arm)
}

/** Returns who is ahead in how many cells, or how one arm moves from its first to its last round. */
export function linesReading(prepared: LinesPrepared): string {
  const arms = prepared.arms.filter((arm) => arm.colorIndex !== null)
  const [first, second] = arms
  const valued = prepared.points.filter((point) => point.value !== null)
  if (!first || valued.length === 0) return ''
  const what = `${prepared.statistic} ${prepared.measure.toLowerCase()}`
  if (second) {
    const pairs = valued.flatMap((a) => {
      const b = valued.find(
        (p) => p.arm === second.key && p.facet === a.facet && p.round === a.round,
      )
      return a.arm === first.key && b ? [{ a, b, gap: (a.value ?? 0) - (b.value ?? 0) }] : []
    })
    const up = pairs.filter((pair) => pair.gap > 0).length
    const down = pairs.filter((pair) => pair.gap < 0).length
    const isFirst = up >= down
    // The widest gap in the winner's favour: another one would contradict the sentence.
    const widest = pairs.toSorted((x, y) => (isFirst ? y.gap - x.gap : x.gap - y.gap))[0]
    if (widest && up + down > 0) {
      const [winner, loser, times] = isFirst ? [first, second, up] : [second, first, down]
      const [high, low] = isFirst ? [widest.a, widest.b] : [widest.b, widest.a]
      const where = `${labelOf(prepared.facets, widest.a.facet)}, ${roundLabel(widest.a.round).toLowerCase()}`
      return `${winner.label} has a higher ${what} than ${loser.label} in ${times} of ${plural(pairs.length, 'cell')}; widest in ${where}: ${number3(high.value ?? 0)} against ${number3(low.value ?? 0)}.`
    }
  }
  const own = valued.filter((point) => point.arm === first.key)
  const start = own[0]
  const end = own.filter((point) => point.facet === start?.facet).at(-1)
  if (!start || !end || start === end) return ''
  return `${first.label}: ${what} goes from ${number3(start.value ?? 0)} in round ${start.round} to ${number3(end.value ?? 0)} in round ${end.round} (${labelOf(prepared.facets, start.facet)}).`
}

/** Returns every line in words. */
export function linesAltText(prepared: LinesPrepared): string {
  const what = `${prepared.statistic} ${prepared.measure.toLowerCase()}`
  const rows = prepared.rows ?? [{ key: undefined, label: '' }]
  const places = rows.flatMap((row) => prepared.facets.map((facet) => ({ row, facet })))
  const lines = places.flatMap(({ row, facet }) =>
    prepared.arms.flatMap((arm) => {
      const points = prepared.points.filter(
        (p) => p.row === row.key && p.facet === facet.key && p.arm === arm.key && p.value !== null,
      )
      if (points.length === 0) return []
      const values = points.map((p) =>
        p.round === 0 ? number3(p.value ?? 0) : `round ${p.round} ${number3(p.value ?? 0)}`,
      )
      const name = [row.label, facet.label, arm.label].filter(Boolean)
      return [`${name.join(', ')}: ${list(values)}`]
    }),
  )
  if (lines.length === 0) return `No values of ${what} yet. ${coverageText(prepared.counts)}.`
  return `Lines of the ${what} over rounds. ${lines.join('; ')}. ${coverageText(prepared.counts)}.`
}

/** Returns the rows behind a point: its cell. */
export function pointSelection({ facet, arm, round }: LinePoint): FigureSelection {
  return { column: null, min: null, max: null, seedSetKey: facet, armKey: arm, round }
}

/** Returns one line a point, with the published value and the verdict where it is shown. */
export function linesTable(prepared: LinesPrepared): FigureTable {
  const { overlay, unit } = prepared
  const rows = prepared.points.map((point): Record<string, TableCell> => {
    return {
      ...(prepared.rows ? { row: labelOf(prepared.rows, point.row ?? '') } : {}),
      seedSet: labelOf(prepared.facets, point.facet),
      round: point.round,
      arm: labelOf(prepared.arms, point.arm),
      n: point.n,
      value: point.value,
      low: point.low,
      high: point.high,
      ...publishedCells(overlay.shown, {
        own: point.value,
        low: point.low,
        high: point.high,
        published: point.published,
        ownModel: point.model,
        publishedModel: overlay.model,
        role: overlay.role,
      }),
    }
  })
  const name = prepared.statistic === 'mean' ? 'Mean' : 'Median'
  return {
    columns: [
      ...(prepared.rows ? [{ key: 'row', label: prepared.rowName ?? 'Measure', unit: '' }] : []),
      ...CELL_COLUMNS,
      { key: 'n', label: 'Rows with a value', unit: '' },
      { key: 'value', label: `${name} ${prepared.measure.toLowerCase()}`, unit },
      ...intervalColumns(unit, overlay.shown),
    ],
    rows,
    selections: prepared.points.map(pointSelection),
  }
}
