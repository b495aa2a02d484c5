import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { CompareText } from '@/lib/contracts/compare-pairs'
import { currentResponseSet, newestAlignment, type CellRef } from '../cells'

/** Long enough for nearly all instructions; longer ones are fetched alone when asked for. */
const CLAMP_CHARACTERS = 1500
// Far beyond any instruction; bounds the reply when a row of many megabytes is opened.
const WHOLE_CHARACTERS = 1_000_000

const text = z.string().nullable()
const textRowSchema = z.object({
  instruction: z.string(),
  input: text,
  response: text,
  operator: text,
  longest: z.number(),
})

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
  const statement = hotRead(db, {
    why: 'once a row of a list',
    sql: `select substr(r.instruction, 1, ${characters}) as instruction,
       substr(r.input, 1, ${characters}) as input,
       substr(a.text, 1, ${characters}) as response,
       l.operator,
       max(length(r.instruction), coalesce(length(r.input), 0), coalesce(length(a.text), 0)) as longest
     from rows r
     left join responses a on a.set_no = ? and a.idx = r.idx
     left join links l on l.alignment_no = ? and l.child_idx = r.idx
     where r.cell_no = ? and r.idx = ?`,
    row: textRowSchema,
  })
  return {
    read(idx) {
      const row = statement.get(responses?.no ?? -1, alignment?.no ?? -1, cell.no, idx)
      if (!row) return null
      const { longest, ...texts } = row
      return { cellId: cell.id, idx, ...texts, clamped: longest > characters }
    },
  }
}
