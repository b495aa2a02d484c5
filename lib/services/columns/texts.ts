import { count, eq, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { responses } from '@/db/schema'
import { columnBytes, emptyColumn } from '@/lib/columns/column'
import type { Column } from '@/lib/columns/column'
import { statusCode } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { currentResponseSet } from '../cells'
import { cachesOf } from './cache'
import type { StampedColumn } from './runs'

/** Rows measured before other work gets a turn: a few milliseconds of reading. */
const STEP_ROWS = 5_000

/** Lengths of texts, the only columns that need no run. */
const TEXT_COLUMNS: Record<
  string,
  { table: 'rows' | 'responses'; sql: string; missing: 'ok' | 'no_response' }
> = {
  instruction_chars: { table: 'rows', sql: 'length(instruction)', missing: 'ok' },
  input_chars: { table: 'rows', sql: "length(coalesce(input, ''))", missing: 'ok' },
  response_chars: {
    table: 'responses',
    sql: "nullif(length(coalesce(text, '')), 0)",
    missing: 'no_response',
  },
}

/** Returns whether a name is that of a text length: `instruction_chars`, `input_chars` or `response_chars`. */
export function isTextColumn(name: string): boolean {
  return Object.hasOwn(TEXT_COLUMNS, name)
}

interface TextPlan {
  cacheKey: string
  stamp: string
  n: number
  statement: string
  key: number
  missing: number
}

/** Returns the number of responses that a condition selects; a set that is being written grows, and 100,000 take a millisecond. */
export function countResponses(db: Db, which: SQL | undefined): number {
  return db.select({ n: count() }).from(responses).where(which).get()?.n ?? 0
}

function planText(db: Db, cell: { no: number; rowCount: number }, name: string): TextPlan | null {
  const spec = TEXT_COLUMNS[name]
  if (!spec) throw new AppError('internal', `Nothing measures the text column "${name}".`)
  const set = spec.table === 'responses' ? currentResponseSet(db, cell.no) : null
  if (spec.table === 'responses' && !set) return null
  const keyColumn = spec.table === 'rows' ? 'cell_no' : 'set_no'
  return {
    cacheKey: `text/${name}/${cell.no}`,
    stamp: set
      ? `${set.no}:${set.kind === 'generated' ? countResponses(db, eq(responses.setNo, set.no)) : ''}`
      : '',
    n: cell.rowCount,
    statement: `select idx, ${spec.sql} from ${spec.table} where ${keyColumn} = ? and idx >= ? and idx < ?`,
    key: set?.no ?? cell.no,
    missing: statusCode(spec.missing),
  }
}

function measureStep(db: Db, plan: TextPlan, column: Column, from: number): void {
  const ok = statusCode('ok')
  const found = hotRead(db, {
    why: 'measures every row of a file',
    sql: plan.statement,
    row: z.tuple([z.number(), z.number().nullable()]),
  }).all(plan.key, from, from + STEP_ROWS)
  for (const [idx, length] of found) {
    if (idx >= plan.n) continue
    column.status[idx] = length === null ? plan.missing : ok
    if (length !== null) column.values[idx] = length
  }
}

/** Returns the lengths of one kind of text in a cell, in characters. */
export function textColumn(
  db: Db,
  cell: { no: number; rowCount: number },
  name: string,
): StampedColumn {
  const plan = planText(db, cell, name)
  if (!plan) {
    const column = emptyColumn(cell.rowCount)
    column.status.fill(statusCode('no_response'))
    return { column, stamp: '' }
  }
  const column = cachesOf(db).columns.get(plan.cacheKey, plan.stamp, columnBytes, () => {
    const made = emptyColumn(plan.n)
    for (let from = 0; from < plan.n; from += STEP_ROWS) measureStep(db, plan, made, from)
    return made
  })
  return { column, stamp: `${plan.cacheKey}/${plan.stamp}` }
}

/** Measures texts ahead of `textColumn`, giving way to other requests between steps. */
export async function warmTextColumn(
  db: Db,
  cell: { no: number; rowCount: number },
  name: string,
): Promise<void> {
  const plan = planText(db, cell, name)
  const cache = cachesOf(db).columns
  if (!plan || cache.peek(plan.cacheKey, plan.stamp)) return
  const column = emptyColumn(plan.n)
  for (let from = 0; from < plan.n; from += STEP_ROWS) {
    measureStep(db, plan, column, from)
    await new Promise((resolve) => setImmediate(resolve))
  }
  cache.put(plan.cacheKey, plan.stamp, column, columnBytes(column))
}
