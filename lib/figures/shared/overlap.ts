import { carriesValue } from '@/lib/contracts/status'
import { Scratch } from '@/lib/stats/scratch'
import { numberAt } from '@/lib/stats/sort'
import type { FacetAxis, FigureSelection, FigureSeries, PreparedCommon } from '../types'
import { isDrawable, valuesOf } from './series'
import { list } from './text'

// Of one column at a time: nothing of it is kept.
const scratch = new Scratch()
// Above every value that a figure draws.
const ABOVE_ALL = 1e300

/** One of the sets: rows selected by a column, or rows of a saved export. */
export interface OverlapSet {
  /** Id of the column or of the export. */
  id: string
  kind: 'column' | 'export'
  label: string
}

/** The lowest value of a selection and the highest one below it. */
interface Edge {
  from: number
  below: number | null
}

/** The sets within the rows of one panel. */
export interface OverlapPanel {
  row: string
  column: string
  /** Evolver, seed set and round of all rows; null where the panel pools several. */
  arm: string | null
  seedSet: string | null
  round: number | null
  /** Rows, and those in any set. */
  n: number
  any: number
  /** Rows of each set. */
  sizes: number[]
  /** Where the selection of each set begins; null for exports, and where no row has a value. */
  edges: (Edge | null)[]
  /** Rows of each intersection of the figure. */
  counts: number[]
  partial: boolean
}

/** What a figure of overlapping sets draws. */
export interface OverlapPrepared extends PreparedCommon {
  rows: FacetAxis[]
  columns: FacetAxis[]
  sets: OverlapSet[]
  /** Intersections that hold a row in any panel, in the order in which they are drawn: a bit a set. */
  marks: number[]
  /** How many of them are drawn; the others are summed up. */
  most: number
  scale: 'count' | 'share'
  axis: 'shared' | 'own'
  panels: OverlapPanel[]
}

/** Returns whether a set takes part in an intersection. */
export function hasSet(mark: number, set: number): boolean {
  return (mark & (1 << set)) !== 0
}

/** Returns how many sets an intersection has. */
export function degreeOf(mark: number): number {
  let sets = 0
  for (let rest = mark; rest > 0; rest &= rest - 1) sets += 1
  return sets
}

/** Returns an intersection in words: "IFD only", "IFD and IC-IFD". */
export function markName(sets: readonly OverlapSet[], mark: number): string {
  const own = sets.filter((_, bit) => hasSet(mark, bit)).map(({ label }) => label)
  return own.length === 1 ? `${own[0] ?? ''} only` : list(own)
}

/** Where the highest `top` percent of the values of several series begin, ties with the last of them included. */
function edgeOf(members: readonly FigureSeries[], column: string, top: number): Edge | null {
  scratch.reset()
  const room = scratch.floats(members.reduce((sum, { n }) => sum + n, 0))
  let end = 0
  for (const one of members) end += valuesOf(one, column, room.subarray(end)).length
  const values = room.subarray(0, end)
  const kept = Math.round((values.length * top) / 100)
  if (kept === 0) return null
  const from = numberAt(values, values.length - kept)
  let below = -Infinity
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number
    if (value < from && value > below) below = value
  }
  return { from, below: below === -Infinity ? null : below }
}

/** Returns how many rows of a panel are in each set and in each combination of sets (a bit a set). */
export function countSets(
  members: readonly FigureSeries[],
  sets: readonly OverlapSet[],
  top: number,
): Pick<OverlapPanel, 'n' | 'any' | 'sizes' | 'edges'> & { byMark: Float64Array } {
  const edges = sets.map(({ id, kind }) => (kind === 'column' ? edgeOf(members, id, top) : null))
  const byMark = new Float64Array(1 << sets.length)
  let n = 0
  for (const series of members) {
    n += series.n
    const marks = new Uint8Array(series.n)
    sets.forEach(({ id, kind }, bit) => {
      const flag = 1 << bit
      const inExport = series.members?.[id]
      const column = series.columns[id]
      const from = edges[bit]?.from
      for (let row = 0; row < series.n; row += 1) {
        const value = column?.values[row * column.width] ?? Number.NaN
        const isIn =
          kind === 'export'
            ? inExport?.[row] === 1
            : from !== undefined &&
              value >= from &&
              isDrawable(value) &&
              carriesValue(column?.status[row] ?? 0)
        if (isIn) marks[row] = (marks[row] as number) | flag
      }
    })
    for (let row = 0; row < marks.length; row += 1) {
      const mark = marks[row] as number
      byMark[mark] = (byMark[mark] as number) + 1
    }
  }
  const sizes = sets.map((_, bit) =>
    byMark.reduce((sum, rows, mark) => sum + (hasSet(mark, bit) ? rows : 0), 0),
  )
  return { n, any: n - (byMark[0] as number), sizes, edges, byMark }
}

/** Returns the rows that are in some sets of a panel and not in others; a set of which nothing is said may hold them or not. */
export function overlapSelection(
  { sets }: Pick<OverlapPrepared, 'sets'>,
  panel: OverlapPanel,
  inSet: (set: number) => boolean | null,
): FigureSelection {
  const also: NonNullable<FigureSelection['also']> = []
  const exports: NonNullable<FigureSelection['exports']> = []
  sets.forEach(({ id, kind }, bit) => {
    const isIn = inSet(bit)
    const edge = panel.edges[bit]
    if (isIn === null) return
    if (kind === 'export') exports.push({ id, inside: isIn })
    else if (edge && isIn) also.push({ column: id, min: edge.from, max: null })
    else if (edge) {
      // Rows without a value are in no selection; below the lowest value there are no others.
      const min = edge.below === null ? ABOVE_ALL : null
      also.push({ column: id, min, max: edge.below, missing: true })
    }
  })
  return {
    column: null,
    min: null,
    max: null,
    also,
    narrows: true,
    ...(exports.length > 0 ? { exports } : {}),
    seedSetKey: panel.seedSet,
    armKey: panel.arm,
    round: panel.round,
  }
}

/** Returns the rows of one intersection: in exactly these sets. */
export function markSelection(prepared: OverlapPrepared, panel: OverlapPanel, mark: number) {
  return overlapSelection(prepared, panel, (bit) => hasSet(mark, bit))
}
