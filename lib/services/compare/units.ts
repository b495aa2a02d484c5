import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { isCoded } from '@/lib/contracts/column-kinds'
import type { CompareState } from '@/lib/contracts/compare'
import { carriesValue } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import type { CellRef } from '../cells'
import { columnReader, listColumns } from '../columns'
import { cachesOf } from '../columns/cache'
import { parseColumnId } from '../columns/describe'
import { yieldToEventLoop, type SlotPairs } from './slots'

/** What counts as one unit besides the seed: rows with equal numbers are one, in whichever file they are. */
export interface UnitReader {
  /** One of them, in words: `distinct instruction`. */
  name: string
  /** Returns the unit of each row of a cell; -1 where a row has none. */
  of(cell: CellRef): Promise<Int32Array>
}

// A few milliseconds of reading and hashing each, so that other requests are answered in between.
const READ_ROWS = 4096
// A digest of 44 characters with its place in a map.
const KNOWN_BYTES = 150

/** Numbers of a study's distinct instructions; published rows never change. */
interface KnownTexts {
  numbers: Map<string, number>
  cells: Map<number, Int32Array>
}

async function unitsOfTexts(db: Db, studyId: string, { no, rowCount }: CellRef) {
  const key = `units/${studyId}`
  const kept = cachesOf(db).columns
  const known = kept.peek<KnownTexts>(key, '') ?? { numbers: new Map(), cells: new Map() }
  const found = known.cells.get(no)
  if (found) return found
  const units = new Int32Array(rowCount).fill(-1)
  const statement = hotRead(db, {
    why: 'goes over every text of a file',
    sql: 'select idx, trim(instruction) from rows where cell_no = ? and idx >= ? and idx < ?',
    row: z.tuple([z.number(), z.string()]),
  })
  for (let start = 0; start < rowCount; start += READ_ROWS) {
    for (const [idx, text] of statement.all(no, start, start + READ_ROWS)) {
      if (text === '' || idx >= rowCount) continue
      const digest = createHash('sha256').update(text).digest('base64')
      const number = known.numbers.get(digest) ?? known.numbers.size
      known.numbers.set(digest, number)
      units[idx] = number
    }
    await yieldToEventLoop()
  }
  known.cells.set(no, units)
  const rows = [...known.cells.values()].reduce((sum, cell) => sum + cell.byteLength, 0)
  kept.put(key, '', known, known.numbers.size * KNOWN_BYTES + rows)
  return units
}

function columnUnits(db: Db, studyId: string, columnId: string): UnitReader {
  const { metric, key } = parseColumnId(columnId)
  const column = listColumns(db, studyId, { all: true }).find(({ id }) => id === `${metric}.${key}`)
  if (!column) {
    throw new AppError('not_found', `There is no column "${columnId}" whose values could be units.`)
  }
  if (!isCoded(column.shape)) {
    throw new AppError(
      'invalid_input',
      `${column.label} holds no words, so its values are no units. Choose the seed, the instruction, or a column of words.`,
    )
  }
  const reader = columnReader(db, studyId)
  return {
    name: `distinct ${column.label}`,
    of: async (cell) => {
      const { values, status } = reader.read(columnId, cell)
      return Int32Array.from(values, (value, row) => (carriesValue(status[row] ?? 0) ? value : -1))
    },
  }
}

/** Returns what reads the units of rows, or null where the seed is the unit. Throws `not_found`, `invalid_input`. */
export function unitReader(
  db: Db,
  studyId: string,
  { unit }: Pick<CompareState, 'unit'>,
): UnitReader | null {
  if (unit === 'seed') return null
  if (unit !== 'instruction') return columnUnits(db, studyId, unit)
  return { name: 'distinct instruction', of: (cell) => unitsOfTexts(db, studyId, cell) }
}

/** Numbers that are joined two by two; those that hang together have one root. */
class Joined {
  readonly #above = new Map<number, number>()

  root(number: number): number {
    let at = number
    for (let next = this.#above.get(at); next !== undefined && next !== at;) {
      at = next
      next = this.#above.get(at)
    }
    this.#above.set(number, at)
    return at
  }

  join(a: number, b: number): void {
    this.#above.set(this.root(a), this.root(b))
  }
}

/**
 * Returns the pairs in the order of their units, of which `clusters` then has the numbers, without those of which a row has
 * none. Pairs that share the unit of either row are one unit, as their differences hang together.
 */
export function pairsByUnit(
  pairs: SlotPairs,
  a: Int32Array,
  b: Int32Array,
): { pairs: SlotPairs; units: Set<number>; without: number } {
  const { rowsA, rowsB } = pairs
  const joined = new Joined()
  const known: number[] = []
  for (let i = 0; i < rowsA.length; i += 1) {
    const [left, right] = [a[rowsA[i] as number] ?? -1, b[rowsB[i] as number] ?? -1]
    if (left < 0 || right < 0) continue
    joined.join(left, right)
    known.push(i)
  }
  const rootOf = (i: number) => joined.root(a[rowsA[i] as number] as number)
  const numbers = new Map<number, number>()
  for (const i of known) if (!numbers.has(rootOf(i))) numbers.set(rootOf(i), numbers.size)
  const numberOf = Int32Array.from(rowsA, () => 0)
  for (const i of known) numberOf[i] = numbers.get(rootOf(i)) as number
  const order = known.toSorted((i, j) => (numberOf[i] as number) - (numberOf[j] as number))
  const take = (from: Int32Array) => Int32Array.from(order, (i) => from[i] as number)
  const units = new Set(
    known.flatMap((i) => [a[rowsA[i] as number] as number, b[rowsB[i] as number] as number]),
  )
  return {
    units,
    without: rowsA.length - known.length,
    pairs: {
      slots: take(pairs.slots),
      rowsA: take(rowsA),
      rowsB: take(rowsB),
      clusters: take(numberOf),
      seeds: numbers.size,
      unmatched: pairs.unmatched,
    },
  }
}
