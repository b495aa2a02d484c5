import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { numbers, texts, textsOrNull } from '@/lib/contracts/fields'
import type { MarkKind, RowNote } from '@/lib/contracts/rows'
import { cachesOf } from '../../columns/cache'
import { eachRow } from './parts'

/** The part of a cell that marks need; CellRef has it. */
interface MarkedCell {
  no: number
  studyId: string
  rowCount: number
}

/** What is said of the rows of one cell. */
export interface CellMarks {
  /** For each mark the number of the entry that decides it, row by row; 0 where no entry does. */
  deciding: ReadonlyMap<string, Uint32Array>
  entries: ReadonlyMap<number, RowNote>
}

const entrySchema = z.object({
  ...numbers('no', 'at', 'removes', 'first', 'last'),
  ...texts('kind', 'author'),
  ...textsOrNull('value', 'reason'),
  bits: z.instanceof(Uint8Array).nullable(),
})

/** Returns what changes whenever an entry of the study is added, undone or done again. */
export function marksStamp(db: Db, studyId: string): string {
  const [newest, turns] = hotRead(db, {
    why: 'with every page of rows',
    sql: 'select coalesce(max(no), 0), coalesce(sum(turns), 0) from decisions where study_id = ?',
    row: z.tuple([z.number(), z.number()]),
  }).get(studyId) ?? [0, 0]
  return `${newest}.${turns}`
}

const TAG = 'tag/'

/** Returns the name under which a mark is kept: "keep" and "exclude" replace each other, every tag stands for itself. */
function markKey({ kind, value }: { kind: string; value: string | null }): string {
  if (kind === 'keep' || kind === 'drop') return 'verdict'
  return kind === 'tag' ? `${TAG}${value ?? ''}` : kind
}

/** Returns what the entries that are not undone say of the rows of a cell, later ones before earlier ones. */
export function cellMarks(db: Db, cell: MarkedCell): CellMarks {
  return cachesOf(db).results.get(
    `marks/${cell.no}`,
    marksStamp(db, cell.studyId),
    ({ deciding }: CellMarks) => deciding.size * cell.rowCount * 4 + 64,
    () => {
      const deciding = new Map<string, Uint32Array>()
      const entries = new Map<number, RowNote>()
      const parts = hotRead(db, {
        why: 'one pass over all entries of a cell',
        sql: `select d.no, d.kind, d.value, d.author, d.reason, d.at, d.removes, p.first, p.last, p.bits
          from decision_rows p join decisions d on d.no = p.decision_no
          where p.cell_no = ? and d.undone_at is null order by d.no, p.first`,
        row: entrySchema,
      }).iterate(cell.no)
      for (const { first, last, bits, removes, ...entry } of parts) {
        const key = markKey(entry)
        let nos = deciding.get(key)
        if (!nos) deciding.set(key, (nos = new Uint32Array(cell.rowCount)))
        const rows = nos
        const part = { cellNo: cell.no, first, last, bits }
        if (removes === 0) {
          entries.set(entry.no, entry as RowNote)
          eachRow(part, (row) => (rows[row] = entry.no))
        } else {
          // Taking "exclude" off leaves "keep" where it is.
          const isMeant = (no: number) => entries.get(no)?.kind === entry.kind
          eachRow(part, (row) => {
            if (isMeant(rows[row] as number)) rows[row] = 0
          })
        }
      }
      return { deciding, entries }
    },
  )
}

/** Returns the entries that decide what is said of a row, oldest first. */
export function notesIn({ deciding, entries }: CellMarks, idx: number): RowNote[] {
  return [...deciding.values()]
    .flatMap((nos) => entries.get(nos[idx] ?? 0) ?? [])
    .sort((a, b) => a.no - b.no)
}

/** Returns each tag of a cell with the entries that give it, row by row; 0 where a row does not have it. */
export function tagsIn({ deciding }: CellMarks): [string, Uint32Array][] {
  return [...deciding].flatMap(([key, nos]): [string, Uint32Array][] =>
    key.startsWith(TAG) ? [[key.slice(TAG.length), nos]] : [],
  )
}

/** Returns which rows of a cell have one of the marks or of the tags, one byte a row. */
export function markedRows(
  db: Db,
  cell: MarkedCell,
  { kinds, tags = [] }: { kinds: readonly MarkKind[]; tags?: readonly string[] | undefined },
): Uint8Array {
  const marked = new Uint8Array(cell.rowCount)
  const { deciding, entries } = cellMarks(db, cell)
  const wanted = new Set<number>()
  for (const { no, kind, value } of entries.values()) {
    const isTag = kind === 'tag' && tags.includes(value ?? '')
    if (isTag || kinds.includes(kind)) wanted.add(no)
  }
  if (wanted.size === 0) return marked
  for (const nos of deciding.values()) {
    for (let row = 0; row < nos.length; row++) {
      if (nos[row] !== 0 && wanted.has(nos[row] as number)) marked[row] = 1
    }
  }
  return marked
}
