import type { Db } from '@/db/client'
import type { CompareText } from '@/lib/contracts/compare'
import { currentResponseSet, newestAlignment, type CellRef } from '../cells'

/** Long enough for nearly all instructions; longer ones are fetched alone when asked for. */
const CLAMP_CHARACTERS = 1500
// Far beyond any instruction; bounds the reply when a row of many megabytes is opened.
const WHOLE_CHARACTERS = 1_000_000

interface TextRow {
  instruction: string
  input: string | null
  response: string | null
  operator: string | null
  longest: number
}

/** Reads the texts of single rows of one cell. */
export interface TextReader {
  read(idx: number): CompareText | null
}

/** Returns a reader of one cell's texts with its newest responses and operators, cut for lists unless `whole`. */
export function textReader(db: Db, cell: CellRef, whole = false): TextReader {
  const responses = currentResponseSet(db, cell.no)
  const alignment = newestAlignment(db, cell.no)
  const characters = whole ? WHOLE_CHARACTERS : CLAMP_CHARACTERS
  // Cut in SQL, by whole characters: a row of megabytes must not be copied for a few lines of it.
  const statement = db.$client.prepare<[number, number, number, number], TextRow>(
    `select substr(r.instruction, 1, ${characters}) as instruction,
       substr(r.input, 1, ${characters}) as input,
       substr(a.text, 1, ${characters}) as response,
       l.operator,
       max(length(r.instruction), coalesce(length(r.input), 0), coalesce(length(a.text), 0)) as longest
     from rows r
     left join responses a on a.set_no = ? and a.idx = r.idx
     left join links l on l.alignment_no = ? and l.child_idx = r.idx
     where r.cell_no = ? and r.idx = ?`,
  )
  return {
    read(idx) {
      const row = statement.get(responses?.no ?? -1, alignment?.no ?? -1, cell.no, idx)
      if (!row) return null
      const { longest, ...texts } = row
      return { cellId: cell.id, idx, ...texts, clamped: longest > characters }
    },
  }
}
