import { z } from 'zod'
import { hotRead } from '@/db/hot-sql'
import { indexesToMask } from '@/lib/columns/filter'
import { carriesValue } from '@/lib/contracts/status'
import type { RuleText } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import type { Kept, RuleData, RuleNumbers } from '@/lib/subsets/types'
import { currentResponseSet, type CellRef } from '../cells'
import { markedRows } from '../rows/annotations/marks'
import type { Scope } from '../rows/conditions/types'
import { readBenchmark } from './benchmarks'
import { groupsOf, type Places } from './groups'

// Some milliseconds of reading, so that others have their turn in between.
const STEP_ROWS = 2_048
// No response set has this number.
const NO_SET = -1

const textsSchema = z.tuple([z.number(), z.string(), z.string().nullable(), z.string().nullable()])

const TEXT_OF: Record<RuleText, (texts: readonly (string | null)[]) => string> = {
  instruction: ([instruction]) => instruction ?? '',
  instruction_and_input: ([instruction, input]) => `${instruction}\n${input ?? ''}`,
  response: ([, , response]) => response ?? '',
  all: (texts) => texts.filter(Boolean).join('\n'),
}

/** Returns where each row of a study's cells stands when they lie one after the other. */
export function placesOf(cells: readonly CellRef[]): Places {
  const starts: number[] = []
  let n = 0
  for (const { rowCount } of cells) {
    starts.push(n)
    n += rowCount
  }
  return { n, cells, starts }
}

function numbersOf({ reader }: Scope, { n, cells, starts }: Places, column: string): RuleNumbers {
  const values = new Float64Array(n).fill(Number.NaN)
  const status = new Uint8Array(n)
  cells.forEach((cell, k) => {
    const start = starts[k] as number
    const read = reader.read(column, cell)
    status.set(read.status, start)
    if (read.width === 1) values.set(read.values, start)
    else
      for (let row = 0; row < read.n; row += 1)
        values[start + row] = read.values[row * read.width] as number
  })
  return { values, status }
}

function* textsOf(
  { db }: Scope,
  { cells, starts }: Places,
  kept: Kept,
  which: RuleText,
  visit: (row: number, text: string) => void,
): Generator<void> {
  const statement = hotRead(db, {
    why: 'goes over the texts of all rows',
    sql: 'select r.idx, r.instruction, r.input, s.text from rows r left join responses s on s.set_no = ? and s.idx = r.idx where r.cell_no = ? and r.idx >= ? and r.idx < ? order by r.idx',
    row: textsSchema,
  })
  for (const [k, cell] of cells.entries()) {
    const start = starts[k] as number
    const setNo = currentResponseSet(db, cell.no)?.no ?? NO_SET
    for (let from = 0; from < cell.rowCount; from += STEP_ROWS) {
      const to = Math.min(cell.rowCount, from + STEP_ROWS)
      if (!kept.subarray(start + from, start + to).includes(1)) continue
      for (const [idx, ...texts] of statement.all(setNo, cell.no, from, to)) {
        if (kept[start + idx] === 1) visit(start + idx, TEXT_OF[which](texts))
      }
      yield
    }
  }
}

/** Returns what rules ask of a study. Whatever is not in it throws an error that says what there is to do. */
export function ruleData(scope: Scope, places: Places): RuleData {
  const { db, reader } = scope
  const { n, cells, starts } = places
  const read = new Map<string, RuleNumbers>()
  const plain = (column: string) => {
    const known = read.get(column) ?? numbersOf(scope, places, column)
    read.set(column, known)
    return known
  }
  const fill = (part: (cell: CellRef, mask: Uint8Array) => void): Kept => {
    const mask = new Uint8Array(n)
    cells.forEach((cell, k) => {
      const start = starts[k] as number
      part(cell, mask.subarray(start, start + cell.rowCount))
    })
    return mask
  }
  return {
    n,
    numbers(column) {
      if (reader.dictionary(column)) {
        throw new AppError(
          'invalid_input',
          `${column} holds words, not numbers. Choose a column of numbers.`,
        )
      }
      return plain(column)
    },
    groups: (by) => groupsOf(scope, places, by, plain),
    select(filter) {
      const rows = scope.select(filter)
      return fill((cell, mask) => mask.set(indexesToMask(rows.get(cell.no) ?? [], cell.rowCount)))
    },
    marked: (kinds, tags) => fill((cell, mask) => mask.set(markedRows(db, cell, { kinds, tags }))),
    texts: (kept, which, visit) => textsOf(scope, places, kept, which, visit),
    rowNamed(column) {
      const { values, status } = plain(column)
      const named = new Int32Array(n).fill(-1)
      cells.forEach((cell, k) => {
        const start = starts[k] as number
        for (let row = start; row < start + cell.rowCount; row += 1) {
          const value = values[row] as number
          if (carriesValue(status[row] as number) && value < cell.rowCount)
            named[row] = start + value
        }
      })
      return named
    },
    benchmark: (sha256) => readBenchmark(db, sha256),
    place(row) {
      const k = starts.findLastIndex((start) => start <= row)
      return { cellId: (cells[k] as CellRef).id, idx: row - (starts[k] as number) }
    },
  }
}
