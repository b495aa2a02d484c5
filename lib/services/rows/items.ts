import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { RowListItem, RowNote } from '@/lib/contracts/rows'
import { unpackFlags } from '@/lib/formats/stored-row'
import { currentResponseSet, newestAlignment, type CellRef } from '../cells'
import { columnReader } from '../columns'
import { cellMarks, notesIn } from './annotations/marks'

/** Two lines of a wide table; the detail holds the whole text. */
const CLAMP_CHARACTERS = 300

const text = z.string().nullable()
const textRowSchema = z.object({
  slot: z.number().nullable(),
  instruction: z.string(),
  input: text,
  response: text,
  operator: text,
  flags: z.number(),
})

/** Returns what is said of a row by kinds, tags and note. */
export function saidOf(notes: readonly RowNote[]): Pick<RowListItem, 'marks' | 'tags' | 'note'> {
  return {
    marks: [...new Set(notes.map(({ kind }) => kind))].sort(),
    tags: notes.flatMap(({ kind, value }) => (kind === 'tag' && value !== null ? [value] : [])),
    note: notes.find(({ kind }) => kind === 'note')?.value ?? null,
  }
}

function textReader(db: Db, cell: CellRef, characters: number) {
  const responses = currentResponseSet(db, cell.no)?.no ?? -1
  const alignment = newestAlignment(db, cell.no)?.no ?? -1
  // Cut in SQL: a 10 MB row must not be copied for 300 characters of it.
  const statement = hotRead(db, {
    why: 'once a row of a page',
    sql: `select r.slot, substr(r.instruction, 1, ${characters}) as instruction,
       substr(r.input, 1, ${characters}) as input, substr(a.text, 1, ${characters}) as response,
       l.operator, r.flags
     from rows r
     left join responses a on a.set_no = ? and a.idx = r.idx
     left join links l on l.alignment_no = ? and l.child_idx = r.idx
     where r.cell_no = ? and r.idx = ?`,
    row: textRowSchema,
  })
  return (idx: number) => statement.get(responses, alignment, cell.no, idx)
}

/**
 * Returns the rows in the given order with the values of the columns; rows that are gone are left out. Texts are cut to
 * `characters`.
 */
export function listItems(
  db: Db,
  studyId: string,
  wanted: readonly { cell: CellRef; idx: number }[],
  columnIds: readonly string[],
  characters = CLAMP_CHARACTERS,
): RowListItem[] {
  const reader = columnReader(db, studyId)
  const opened = new Map<number, ReturnType<typeof openCell>>()
  const items: RowListItem[] = []

  function openCell(cell: CellRef) {
    const columns = columnIds.map((id) => [id, reader.valuesIn(id, cell)] as const)
    const entry = { read: textReader(db, cell, characters), columns, marks: cellMarks(db, cell) }
    opened.set(cell.no, entry)
    return entry
  }

  for (const { cell, idx } of wanted) {
    const { read, columns, marks } = opened.get(cell.no) ?? openCell(cell)
    const row = read(idx)
    if (!row) continue
    const values: RowListItem['values'] = {}
    for (const [id, valueOf] of columns) values[id] = valueOf(idx)
    items.push({
      cellId: cell.id,
      idx,
      seedSetKey: cell.seedSetKey,
      armKey: cell.armKey,
      round: cell.round,
      ...row,
      flags: unpackFlags(row.flags),
      ...saidOf(notesIn(marks, idx)),
      values,
    })
  }
  return items
}
