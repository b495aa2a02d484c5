import { pearson } from '@/lib/stats/correlation'
import { createRandom } from '@/lib/stats/random'
import { Scratch } from '@/lib/stats/scratch'
import type { FacetAxis, FigureData, FigureSelection, PreparedCommon } from '../types'
import { axisOf, evenAxis, logAxis } from './axis'
import { ALL, seedSetColumns } from './groups'
import { comparablePairs, pairsOf, type PairOfColumns, type Side } from './pairs'
import { armOf, armsOf } from './series'
import { only, rowKey, rowsFor, type PanelSplit } from './splits'
import { plural } from './text'

/** Ends of an axis and whether equal steps are equal ratios. */
export interface PointAxis {
  column: string
  label: string
  unit: string
  scale: 'linear' | 'log'
  from: number
  to: number
}

/** A set of rows as one point. */
export interface SetMark {
  key: string
  label: string
  arm: string
  x: number
  y: number
  low: number | null
  high: number | null
  /** A number of the paper: drawn hollow, in no correlation. */
  published: boolean
  detail: string
  selection: FigureSelection | null
}

/** Rows of one cell of a panel's lattice. */
export interface PointPanel {
  row: string
  column: string
  /** Arm, seed set and round of all rows of the panel; null where it pools several. */
  arm: string | null
  seedSet: string | null
  round: number | null
  n: number
  spearman: number | null
  pearson: number | null
  /** Rows with both values that lie beyond the axes. */
  off: number
  /** Column and row of a cell of the lattice and how many rows lie in it, one after another. */
  cells: number[]
  /** x and y of the drawn points, one after another. */
  points: number[]
  partial: boolean
  /** Sets of rows, drawn instead of rows, with an x axis of their own and what is said of them. */
  sets?: SetMark[]
  /** Axes of its own; those of all panels where absent. */
  x?: PointAxis
  y?: PointAxis
  heading?: string
}

/** What a figure of two columns draws: hexagons with counts, or single points. */
export interface PointsPrepared extends PreparedCommon {
  /** Where published points come from; '' or absent = there are none. */
  source?: string
  rows: FacetAxis[]
  columns: FacetAxis[]
  view: 'hexbin' | 'points'
  x: PointAxis
  y: PointAxis
  /** Columns and rows of the lattice. */
  lattice: readonly [number, number]
  /** Lowest count of each step of the scale, ascending. */
  steps: number[]
  panels: PointPanel[]
  /** A further number of each panel, for the table and the heading. */
  extra: { key: string; label: string; unit: string; values: (number | null)[] } | null
}

// Cells of all panels together: a reply stays below 100 KB.
const CELLS = 5_000
const MOST_ACROSS = 32
const FEWEST_ACROSS = 10
// Rows of a lattice of regular hexagons in a panel of this shape, as a share of its columns.
const ROWS_SHARE = 0.8
const MOST_POINTS = 2_000
const POINT_SEED = 1
const STEPS = 5
const DIGITS = 5

/** Options that every figure of two columns has. */
export interface PointOptions {
  view: 'hexbin' | 'points'
  rows: PanelSplit
  columns: 'seedSet' | typeof ALL
  axis: 'shared' | 'own'
  xScale: 'linear' | 'log'
  yScale: 'linear' | 'log'
  mix: boolean
}

const short = (value: number) => Number(value.toPrecision(DIGITS))

interface Axes {
  axis: PointAxis
  note: string | null
}

function axisFor(
  data: FigureData,
  column: string,
  parts: readonly Float64Array[],
  scale: 'linear' | 'log',
): Axes {
  const info = data.columns[column]
  const label = info?.label ?? column
  const named = { column, label, unit: info?.unit ?? '' }
  const log = scale === 'log' ? logAxis(parts, 1) : null
  if (log) return { axis: { ...named, scale, from: log.gridFrom, to: log.gridTo }, note: null }
  const even = evenAxis(axisOf(parts, null, info?.range ?? null), 1)
  return {
    axis: { ...named, scale: 'linear', from: even.gridFrom, to: even.gridTo },
    note:
      scale === 'log' && parts.length > 0
        ? `${label} is drawn on a linear scale: no value is above 0.`
        : null,
  }
}

/** Cells of hexagons between the ends of two axes. */
interface Lattice {
  x: PlacedAxis
  y: PlacedAxis
  width: number
  size: number
}

/** An axis as it is read once a row: start and length, of the logarithms where it is logarithmic. */
interface PlacedAxis {
  isLog: boolean
  from: number
  span: number
  /** Cells. */
  cells: number
}

function placed({ scale, from, to }: PointAxis, cells: number): PlacedAxis {
  const isLog = scale === 'log'
  const start = isLog ? Math.log(from) : from
  return { isLog, from: start, span: (isLog ? Math.log(to) : to) - start, cells }
}

/** Returns a lattice of hexagons, whose odd rows are half a cell further. */
export function latticeOf(
  axes: { x: PointAxis; y: PointAxis },
  [across, down]: readonly [number, number],
): Lattice {
  const width = across + 2
  return { x: placed(axes.x, across), y: placed(axes.y, down), width, size: width * (down + 2) }
}

/** Returns the number of the cell of a pair, -1 beyond the axes. No closure, so that no number of a row is put on the heap. */
export function cellOf({ x, y, width }: Lattice, a: number, b: number): number {
  if ((x.isLog && a <= 0) || (y.isLog && b <= 0)) return -1
  const u = (((x.isLog ? Math.log(a) : a) - x.from) / x.span) * x.cells
  const v = (((y.isLog ? Math.log(b) : b) - y.from) / y.span) * y.cells
  if (!(u >= 0 && u <= x.cells && v >= 0 && v <= y.cells)) return -1
  // The nearest centre lies in one of the two rows around the point; one step down is 0.866 of one across. Both are
  // measured and one is taken without a branch, which processors would guess wrongly for every third row.
  const row = v | 0
  const shift = (row & 1) / 2
  const column = (u - shift + 0.5) | 0
  const beside = (u + shift) | 0
  const dx = u - column - shift
  const dxBelow = u - beside - (0.5 - shift)
  const dy = v - row
  const dyBelow = v - row - 1
  const far = dx * dx + 0.75 * (dy * dy)
  const farBelow = dxBelow * dxBelow + 0.75 * (dyBelow * dyBelow)
  const isBelow = Number(farBelow < far) | (Number(farBelow === far) & Number(dy >= 0.5))
  return (row + isBelow) * width + column + isBelow * (beside - column) + 1
}

/**
 * Returns the counts of a lattice of hexagons, whose odd rows are half a cell further, and how many pairs lie
 * outside.
 *
 * @internal
 */
export function hexagons(
  { x, y }: { x: Float64Array; y: Float64Array },
  axes: { x: PointAxis; y: PointAxis },
  shape: readonly [number, number],
): { cells: number[]; off: number } {
  const lattice = latticeOf(axes, shape)
  const counts = new Uint32Array(lattice.size)
  let off = 0
  for (let i = 0; i < x.length; i += 1) {
    const at = cellOf(lattice, x[i] as number, y[i] as number)
    if (at < 0) off += 1
    else counts[at] = (counts[at] as number) + 1
  }
  const cells: number[] = []
  counts.forEach((n, at) => {
    if (n > 0) cells.push((at % lattice.width) - 1, Math.floor(at / lattice.width), n)
  })
  return { cells, off }
}

/** How many pairs have a value of 0 or below where the axis is logarithmic. */
function withoutPlace(
  { x, y }: { x: Float64Array; y: Float64Array },
  axes: { x: PointAxis; y: PointAxis },
): number {
  const [isLogX, isLogY] = [axes.x.scale === 'log', axes.y.scale === 'log']
  let rows = 0
  for (let i = 0; i < x.length && (isLogX || isLogY); i += 1)
    if ((isLogX && (x[i] as number) <= 0) || (isLogY && (y[i] as number) <= 0)) rows += 1
  return rows
}

/** Returns at most `most` pairs: all, or a seeded draw with the same chance for each. */
function drawPoints(
  { x, y }: { x: Float64Array; y: Float64Array },
  axes: { x: PointAxis; y: PointAxis },
  most: number,
): number[] {
  const lattice = latticeOf(axes, [1, 1])
  const random = createRandom(POINT_SEED)
  const kept = new Int32Array(most)
  for (let i = 0; i < x.length; i += 1) {
    const at = i < most ? i : random.below(i + 1)
    if (at < most) kept[at] = i
  }
  return [...kept.subarray(0, Math.min(most, x.length))].flatMap((i) => {
    const [a, b] = [x[i] as number, y[i] as number]
    return cellOf(lattice, a, b) < 0 ? [] : [short(a), short(b)]
  })
}

function stepsOf(panels: readonly PointPanel[]): number[] {
  let most = 1
  for (const { cells } of panels)
    for (let i = 2; i < cells.length; i += 3) most = Math.max(most, cells[i] as number)
  const steps = Array.from({ length: STEPS }, (_, k) => Math.ceil(most ** (k / STEPS)))
  return [...new Set(steps)]
}

/** A further number of a panel's pairs. */
export interface ExtraNumber {
  key: string
  label: string
  unit: string
  of(pairs: { x: Side; y: Side }): number | null
}

// Of one figure at a time: preparing one gives way to nothing.
const scratch = new Scratch()

/** Returns what a figure of two columns draws: one panel for each evolver, cell or all, with both correlations. */
export function preparePoints(
  all: FigureData,
  columns: PairOfColumns,
  chosen: PointOptions,
  extra: ExtraNumber | null = null,
): PointsPrepared {
  const { data, counts, conflicts } = comparablePairs(all, columns, chosen.mix)
  const rows = rowsFor(data, chosen.rows)
  const across = seedSetColumns(data, chosen.columns === ALL)
  scratch.reset()
  const countOf = new Map(counts.map((entry) => [entry.seriesKey, entry]))
  const groups = rows.flatMap(({ key: row }) =>
    across.flatMap(({ key: column }) => {
      const members = data.series.filter(
        (one) =>
          rowKey(one, chosen.rows).key === row && (column === ALL || one.seedSetKey === column),
      )
      const { x, y } = pairsOf(data, members, columns, scratch)
      const pairs = { x: x.values, y: y.values }
      return pairs.x.length === 0 ? [] : [{ row, column, members, pairs, x, y }]
    }),
  )
  const axesFor = (inside: typeof groups) => {
    const sorted = (side: 'x' | 'y') => inside.map((group) => group[side].ascending)
    const x = axisFor(data, columns.x, sorted('x'), chosen.xScale)
    const y = axisFor(data, columns.y, sorted('y'), chosen.yScale)
    return { axes: { x: x.axis, y: y.axis }, notes: [x.note, y.note] }
  }
  const common = axesFor(groups)
  const isOwn = chosen.axis === 'own' && groups.length > 1
  const axesOf = groups.map((group) => (isOwn ? axesFor([group]) : common))
  const room = Math.floor(Math.sqrt(CELLS / Math.max(1, groups.length) / ROWS_SHARE))
  const wide = Math.max(FEWEST_ACROSS, Math.min(MOST_ACROSS, room))
  const lattice = [wide, Math.round(wide * ROWS_SHARE)] as const
  const rowsInAll = groups.reduce((sum, { pairs }) => sum + pairs.x.length, 0)
  const panels = groups.map(({ row, column, members, pairs, ...sides }, at): PointPanel => {
    const { axes } = axesOf[at] ?? common
    const rho = pearson(sides.x.ranks, sides.y.ranks)
    const r = pearson(pairs.x, pairs.y)
    const { cells, off } = hexagons(pairs, axes, lattice)
    const most = Math.max(1, Math.floor((MOST_POINTS * pairs.x.length) / rowsInAll))
    const partial = members.some(({ key }) => {
      const entry = countOf.get(key)
      return entry !== undefined && entry.done < entry.total
    })
    return {
      row,
      column,
      arm: only(members.map(armOf)),
      seedSet: only(members.map((one) => one.seedSetKey)),
      round: only(members.map((one) => one.round)),
      n: pairs.x.length,
      spearman: rho.ok ? rho.value : null,
      pearson: r.ok ? r.value : null,
      off,
      cells,
      points:
        chosen.view === 'points'
          ? drawPoints(pairs, axes, rowsInAll <= MOST_POINTS ? pairs.x.length : most)
          : [],
      partial,
      ...(isOwn ? axes : {}),
    }
  })
  const off = panels.reduce((sum, panel) => sum + panel.off, 0)
  const unplaced = groups.reduce(
    (sum, { pairs }, at) => sum + withoutPlace(pairs, (axesOf[at] ?? common).axes),
    0,
  )
  const shown = rows.filter(({ key }) => panels.some((panel) => panel.row === key))
  return {
    rows: shown,
    columns: across,
    view: chosen.view,
    ...common.axes,
    lattice,
    steps: stepsOf(panels),
    panels,
    extra: extra && {
      key: extra.key,
      label: extra.label,
      unit: extra.unit,
      values: groups.map(({ x, y }) => extra.of({ x, y })),
    },
    arms: armsOf(data, counts),
    counts,
    conflicts,
    notes: [
      ...new Set(axesOf.flatMap(({ notes }) => notes.flatMap((note) => note ?? []))),
      ...(isOwn ? ['Every panel has axes of its own.'] : []),
      ...(unplaced > 0
        ? [
            `${plural(unplaced, 'row')} with a value of 0 or below on a logarithmic axis: not drawn, but counted in the correlations.`,
          ]
        : []),
      ...(off > unplaced
        ? [
            `${plural(off - unplaced, 'row')} beyond the axes: not drawn, but counted in the correlations.`,
          ]
        : []),
      ...(chosen.view === 'points' && rowsInAll > MOST_POINTS
        ? [
            `A random draw of ${MOST_POINTS.toLocaleString('en-US')} of ${rowsInAll.toLocaleString('en-US')} rows is drawn, each panel with its share; the correlations are of all rows.`,
          ]
        : []),
    ],
  }
}
