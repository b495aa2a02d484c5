import { and, asc, count, eq } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { hotRead, hotWrite } from '@/db/hot-sql'
import { textBacklog } from '@/db/schema'
import { z } from 'zod'
import { throwIfAborted } from '@/lib/errors'

/** Rows indexed in one transaction: about a third of a second, as an import's. */
const STEP_ROWS = 2_000

const KINDS = {
  rows: {
    key: 'cell_no',
    columns: ['instruction', 'input'],
    values: 'instruction, input',
    first: 0,
  },
  responses: { key: 'set_no', columns: ['response'], values: 'text', first: 2 ** 32 },
} as const

/** How the caller follows and stops the work. */
interface BacklogHooks {
  signal: AbortSignal
  /** Rows indexed by one step. */
  onProgress(rows: number): void
}

/** Returns how many files and response sets wait for their index. */
export function backlogSize(db: Db): number {
  return db.select({ n: count() }).from(textBacklog).get()?.n ?? 0
}

/** Indexes one step of an entry and returns how many rows it took; the entry goes when none are left. */
function indexStep(db: Db, entry: typeof textBacklog.$inferSelect, rows: number): number {
  const { key, columns, values, first } = KINDS[entry.kind]
  const last = hotRead(db, {
    why: 'finds the end of a step among the rows of a file',
    sql: `select max(idx) from (select idx from ${entry.kind} where ${key} = ? and idx >= ? order by idx limit ${rows})`,
    row: z.number().nullable(),
  }).get(entry.no, entry.next)
  const own = and(eq(textBacklog.kind, entry.kind), eq(textBacklog.no, entry.no))
  if (last === null) {
    db.delete(textBacklog).where(own).run()
    return 0
  }
  let indexed = 0
  for (const table of ['text_words', 'text_trigrams']) {
    indexed = hotWrite(db, {
      why: 'writes an index of texts, which drizzle does not know',
      sql: `insert or replace into ${table} (rowid, ${columns.join(', ')})
        select ${key} * ${2 ** 33} + ${first} + idx, ${values} from ${entry.kind} where ${key} = ? and idx between ? and ?`,
    }).run(entry.no, entry.next, last).changes
  }
  db.update(textBacklog)
    .set({ next: last + 1 })
    .where(own)
    .run()
  return indexed
}

/** Indexes the texts that were stored before there was an index, in short transactions; can be stopped and goes on there. */
export async function indexBacklog(
  db: Db,
  { signal, onProgress }: BacklogHooks,
  stepRows = STEP_ROWS,
): Promise<void> {
  for (;;) {
    throwIfAborted(signal)
    const entry = db
      .select()
      .from(textBacklog)
      .orderBy(asc(textBacklog.kind), asc(textBacklog.no))
      .limit(1)
      .get()
    if (!entry) return
    onProgress(inTransaction(db, () => indexStep(db, entry, stepRows)))
    // Heartbeat and cancel get their turn between steps.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
