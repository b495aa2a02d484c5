import {
  and,
  asc,
  count,
  eq,
  getTableName,
  gte,
  inArray,
  isNotNull,
  isNull,
  sql,
  type SQL,
} from 'drizzle-orm'
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import {
  alignments,
  benchmarkTexts,
  cells,
  columnChunks,
  promptVersions,
  responseSets,
  rowDetails,
  runs,
  settings,
  studies,
  subsets,
} from '@/db/schema'
import { TABLES } from '@/db/tables'
import { ownClaimsKey } from '../claims/own'

/** A column that holds the key of an entry of another table of the study. */
interface Reference {
  column: SQLiteColumn
  to: SQLiteColumn
}

/** A table as a backup holds it. */
export interface BackupTable {
  name: string
  table: SQLiteTable
  columns: SQLiteColumn[]
  references: Reference[]
}

// Keys of cells that are stored without a foreign key, since chunks and details are deleted with their run.
const UNDECLARED: readonly Reference[] = [
  { column: columnChunks.cellNo, to: cells.no },
  { column: rowDetails.cellNo, to: cells.no },
]

function describe(table: SQLiteTable): BackupTable {
  const { name, columns, foreignKeys } = getTableConfig(table)
  const declared = foreignKeys.flatMap((key) => {
    const { columns: from, foreignColumns: to } = key.reference()
    return from.map((column, k) => ({ column, to: to[k] as SQLiteColumn }))
  })
  const further = UNDECLARED.filter(({ column }) => column.table === table)
  return { name, table, columns, references: [...declared, ...further] }
}

const ALL: readonly BackupTable[] = TABLES.map(describe)

/** Tables whose entries belong to a study, each after those that it refers to. */
function ofStudies(): BackupTable[] {
  const found = new Set<SQLiteTable>([studies])
  const belongs = ({ references }: BackupTable) =>
    references.some(({ column, to }) => column.notNull && found.has(to.table as SQLiteTable))
  for (let size = 0; size < found.size;) {
    size = found.size
    for (const one of ALL) if (belongs(one)) found.add(one.table)
  }
  const waiting = ALL.filter(({ table }) => found.has(table))
  const ordered: BackupTable[] = []
  while (waiting.length > 0) {
    const at = waiting.findIndex(({ table, references }) =>
      references.every(
        ({ to }) => to.table === table || !waiting.some((other) => other.table === to.table),
      ),
    )
    ordered.push(...waiting.splice(Math.max(at, 0), 1))
  }
  return ordered
}

/** Tables of a study in the order in which they can be stored, derived from the keys of the  */
export const STUDY_TABLES: readonly BackupTable[] = ofStudies()

const named = (table: SQLiteTable) => ALL.find((one) => one.table === table) as BackupTable

/** What studies share and a study uses goes along: texts of prompts, texts of benchmarks, own claims. */
export const SHARED_TABLES: readonly BackupTable[] = [
  named(promptVersions),
  named(benchmarkTexts),
  named(settings),
]

function usedBy(table: SQLiteTable, studyId: string): SQL | undefined {
  if (table === promptVersions)
    return sql`exists (select 1 from ${runs} where ${runs.studyId} = ${studyId} and instr(${runs.definition}, ${promptVersions.hash}) > 0)`
  if (table === benchmarkTexts)
    return sql`exists (select 1 from ${subsets} where ${subsets.studyId} = ${studyId} and instr(${subsets.recipe}, ${benchmarkTexts.sha256}) > 0)`
  return eq(settings.key, ownClaimsKey(studyId))
}

/** Returns the condition of the entries that a backup of the study holds: nothing deleted, nothing that is still being written. */
function partOf(db: Db, one: BackupTable, studyId: string): SQL | undefined {
  const { table, columns, references } = one
  if (SHARED_TABLES.includes(one)) return usedBy(table, studyId)
  const deletedAt = columns.find(({ name }) => name === 'deleted_at')
  return and(
    table === studies ? eq(studies.id, studyId) : undefined,
    table === cells ? isNotNull(cells.publishedAt) : undefined,
    table === alignments ? gte(alignments.version, 1) : undefined,
    // Runs name the sets that they scored, deleted ones too.
    deletedAt && table !== responseSets ? isNull(deletedAt) : undefined,
    ...references
      .filter(({ column }) => column.notNull)
      .map(({ column, to }) =>
        inArray(
          column,
          db
            .select({ key: to })
            .from(to.table)
            .where(partOf(db, named(to.table as SQLiteTable), studyId)),
        ),
      ),
  )
}

/** Returns how many entries of a table meet a condition. */
export function countOf(db: Db, table: SQLiteTable, which: SQL | undefined): number {
  return db.select({ n: count() }).from(table).where(which).get()?.n ?? 0
}

/** Returns how many entries of a table belong to a study. */
export function countPart(db: Db, one: BackupTable, studyId: string): number {
  return countOf(db, one.table, partOf(db, one, studyId))
}

/** Goes over the entries of a table that belong to a study, in the order of its key, as they are stored. */
export function readPart(db: Db, one: BackupTable, studyId: string): Iterable<unknown[]> {
  const { primaryKeys, columns } = getTableConfig(one.table)
  const key = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary)
  const query = db
    .select()
    .from(one.table)
    .where(partOf(db, one, studyId))
    .orderBy(...key.map((column) => asc(column)))
    .toSQL()
  return hotRead(db, {
    why: 'goes over everything of a study, row by row',
    sql: query.sql,
    row: z.tuple([]).rest(z.unknown()),
  }).iterate(...(query.params as string[]))
}

/** Returns the name of a column with its table, by which the keys of its entries are looked up. */
export const placeOf = (column: SQLiteColumn) => `${getTableName(column.table)}.${column.name}`
