import { carriesValue, statusCode } from '@/lib/contracts/status'
import { ascendingOrder } from '@/lib/stats/ranks'
import { mean, quantileSorted, sampleStd } from '@/lib/stats/summary'
import type { Grouping, Node } from './check'
import type { FormulaCell } from './evaluate'
import { emptyVector, type Vector } from './vector'

const OK = statusCode('ok')
const TOO_FEW = statusCode('n_too_small')
const CONSTANT = statusCode('constant')
const UNDEFINED = statusCode('undefined_value')

/** Rows that are ranked or averaged together, by what they share. */
type Groups = Map<string, { parts: { place: number; rows: Int32Array }[] }>

function fileKey(by: Grouping['by'], cell: FormulaCell): string {
  if (by === 'cell') return String(cell.no)
  if (by === 'seed set') return cell.seedSet
  if (by === 'evolver') return cell.evolver
  return by === 'round' ? String(cell.round) : ''
}

/** Positions that hold a row, ascending. */
function presentRows({ rowCount, skipped }: FormulaCell): Int32Array {
  const missing = new Set(skipped)
  const rows = new Int32Array(rowCount)
  let n = 0
  for (let row = 0; row < rowCount; row += 1) if (!missing.has(row)) rows[n++] = row
  return rows.subarray(0, n)
}

/** Puts rows into groups; a row without a value in a column that groups is in none, and says why. */
function groupRows(
  within: readonly Grouping[],
  cells: readonly FormulaCell[],
  columns: readonly (readonly Vector[] | null)[],
  out: readonly Vector[],
): Groups {
  const groups: Groups = new Map()
  cells.forEach((cell, place) => {
    const base = JSON.stringify(within.map(({ by }) => fileKey(by, cell)))
    const own = columns.flatMap((vectors) => (vectors ? [vectors[place] as Vector] : []))
    const present = presentRows(cell)
    const rowsOf = new Map<number | string, number[]>()
    for (const row of own.length === 0 ? [] : present) {
      const missing = own.find(({ status }) => !carriesValue(status[row] as number))
      if (missing) {
        ;(out[place] as Vector).status[row] = missing.status[row] as number
        continue
      }
      const values = own.map((column) => column.values[row] as number)
      const key = values.length === 1 ? (values[0] as number) : values.join('/')
      const rows = rowsOf.get(key)
      if (rows) rows.push(row)
      else rowsOf.set(key, [row])
    }
    const parts: [key: number | string, rows: Int32Array][] =
      own.length === 0
        ? [['', present]]
        : [...rowsOf].map(([key, rows]) => [key, Int32Array.from(rows)])
    for (const [key, rows] of parts) {
      const name = `${base}/${key}`
      const found = groups.get(name) ?? { parts: [] }
      found.parts.push({ place, rows })
      groups.set(name, found)
    }
  })
  return groups
}

type Result = { value: number } | { status: number }

function outcome(value: number): Result {
  return Number.isFinite(value) ? { value } : { status: UNDEFINED }
}

const OVER_ALL: Record<string, (values: Float64Array) => Result> = {
  count: (values) => ({ value: values.length }),
  sum: (values) => outcome(values.reduce((sum, value) => sum + value, 0)),
  mean: (values) => (values.length === 0 ? { status: TOO_FEW } : outcome(mean(values))),
  median: (values) =>
    values.length === 0 ? { status: TOO_FEW } : outcome(quantileSorted(values.toSorted(), 0.5)),
  sd: (values) => (values.length < 2 ? { status: TOO_FEW } : outcome(sampleStd(values))),
}

/** Returns the rank of each value, 1 for the smallest, the mean of their ranks where values are equal. */
function ranksOf(values: Float64Array): Float64Array {
  const order = ascendingOrder(values)
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length;) {
    let to = from + 1
    while (to < order.length && values[order[to] as number] === values[order[from] as number])
      to += 1
    for (let at = from; at < to; at += 1) ranks[order[at] as number] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}

const PER_ROW: Record<string, (values: Float64Array) => Float64Array | number> = {
  rank: ranksOf,
  percentile: (values) => ranksOf(values).map((rank) => ((rank - 0.5) / values.length) * 100),
  zscore: (values) => {
    if (values.length < 2) return TOO_FEW
    const centre = mean(values)
    const sd = sampleStd(values)
    if (sd === 0) return CONSTANT
    return Number.isFinite(sd) ? values.map((value) => (value - centre) / sd) : UNDEFINED
  },
}

/** Returns a function of groups for every row of all files: `args` are its argument, `columns` what it groups by. */
export function overGroups(
  { fn, within }: Node & { kind: 'group' },
  cells: readonly FormulaCell[],
  args: readonly Vector[],
  columns: readonly (readonly Vector[] | null)[],
): Vector[] {
  const out = cells.map((cell) => emptyVector(cell.rowCount))
  const set = (place: number, row: number, result: Result, valued: number) => {
    const vector = out[place] as Vector
    vector.status[row] = 'value' in result ? valued : result.status
    if ('value' in result) vector.values[row] = result.value
  }
  for (const { parts } of groupRows(within, cells, columns, out).values()) {
    const values = new Float64Array(parts.reduce((sum, { rows }) => sum + rows.length, 0))
    let n = 0
    for (const { place, rows } of parts) {
      const { values: own, status } = args[place] as Vector
      for (const row of rows)
        if (carriesValue(status[row] as number)) values[n++] = own[row] as number
    }
    const valued = values.slice(0, n)
    const all = fn.perRow ? null : (OVER_ALL[fn.name] as (typeof OVER_ALL)[string])(valued)
    const each = fn.perRow ? (PER_ROW[fn.name] as (typeof PER_ROW)[string])(valued) : 0
    let at = 0
    for (const { place, rows } of parts) {
      const { status } = args[place] as Vector
      for (const row of rows) {
        const code = status[row] as number
        if (all) set(place, row, all, OK)
        else if (!carriesValue(code)) (out[place] as Vector).status[row] = code
        else if (typeof each === 'number') (out[place] as Vector).status[row] = each
        else set(place, row, { value: each[at++] as number }, code)
      }
    }
  }
  return out
}
