import { and, count, desc, eq, isNotNull, or, sql, type SQL } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { cells, decisionRows, decisions } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { decisionText, type DecisionEntry, type LogQuery } from '@/lib/contracts/decisions'

/** Entries that one file holds at most. */
const MOST_LOGGED = 100_000

function wanted(studyId: string, { kind, author, text }: LogQuery): SQL | undefined {
  const { value, reason, author: by } = decisions
  const pattern = `%${text.trim().replaceAll(/[\\%_]/g, '\\$&')}%`
  const holds = (column: typeof value | typeof reason | typeof by) =>
    sql`${column} like ${pattern} escape '\\'`
  return and(
    eq(decisions.studyId, studyId),
    ...(kind ? [eq(decisions.kind, kind)] : []),
    ...(author ? [eq(by, author)] : []),
    ...(text.trim() ? [or(holds(value), holds(reason), holds(by))] : []),
  )
}

function firstRow(db: Db, no: number): DecisionEntry['first'] {
  const row = db
    .select({ cellId: cells.id, idx: decisionRows.first })
    .from(decisionRows)
    .innerJoin(cells, eq(cells.no, decisionRows.cellNo))
    .where(eq(decisionRows.decisionNo, no))
    .orderBy(decisionRows.cellNo, decisionRows.first)
    .limit(1)
    .get()
  return row ?? null
}

/** Returns the study's log of decisions, newest first, undone ones included: one page, and how many entries there are. */
export function listDecisions(
  db: Db,
  studyId: string,
  query: LogQuery,
  { offset, limit }: { offset: number; limit: number } = { offset: 0, limit: MOST_LOGGED },
): { entries: DecisionEntry[]; total: number; authors: string[] } {
  const where = wanted(studyId, query)
  const page = db.select().from(decisions).where(where).orderBy(desc(decisions.no))
  const { rows, unreadable } = readableRows(() => page.limit(limit).offset(offset).all())
  // An entry whose filter cannot be read is shown without it: its rows are stored apart.
  const entries = [...rows, ...unreadable.map(({ row }) => ({ ...row, filter: null }))]
  return {
    entries: (entries as typeof rows)
      .sort((a, b) => b.no - a.no)
      .map(({ studyId: _study, turns: _turns, rowCount, kind, ...entry }) => ({
        ...entry,
        kind: kind as DecisionEntry['kind'],
        rows: rowCount,
        first: firstRow(db, entry.no),
      })),
    total: db.select({ n: count() }).from(decisions).where(where).get()?.n ?? 0,
    authors: db
      .selectDistinct({ author: decisions.author })
      .from(decisions)
      .where(eq(decisions.studyId, studyId))
      .orderBy(decisions.author)
      .all()
      .map(({ author }) => author),
  }
}

const column = (key: string, label: string) => ({ key, label, unit: '' })
const LOG_COLUMNS = [
  column('no', 'Number'),
  column('at', 'Time'),
  column('author', 'Who'),
  column('what', 'Decision'),
  column('value', 'Tag or note'),
  column('reason', 'Why'),
  column('rows', 'Rows'),
  column('filter', 'Filter'),
  column('undone', 'Undone'),
]

const moment = (at: number) => new Date(at).toISOString()

/** Returns the log as a table for a CSV file: everything that the query leaves. */
export function decisionTable(db: Db, studyId: string, query: LogQuery) {
  const { entries } = listDecisions(db, studyId, query)
  const rows = entries.map(
    ({ no, at, author, kind, removes, value, reason, filter, ...entry }) => ({
      no,
      at: moment(at),
      author,
      what: decisionText(kind, removes),
      value,
      reason,
      rows: entry.rows,
      filter: filter && JSON.stringify(filter),
      undone: entry.undoneAt === null ? null : moment(entry.undoneAt),
    }),
  )
  return { columns: LOG_COLUMNS, rows }
}

/** Returns every tag of the user's own in a study, by name. */
export function studyTags(db: Db, studyId: string): string[] {
  return db
    .selectDistinct({ tag: decisions.value })
    .from(decisions)
    .where(
      and(eq(decisions.studyId, studyId), eq(decisions.kind, 'tag'), isNotNull(decisions.value)),
    )
    .orderBy(decisions.value)
    .all()
    .flatMap(({ tag }) => tag ?? [])
}
