import { and, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { decisions } from '@/db/schema'
import { intersect } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import type { ConditionKind } from './types'

/** Returns which rows of a cell have one of the marks, one byte a row. */
export function markedRows(
  db: Db,
  cell: { no: number; rowCount: number },
  kinds: readonly string[],
): Uint8Array {
  const marked = new Uint8Array(cell.rowCount)
  const entries = db
    .select({ idx: decisions.idx, kind: decisions.kind })
    .from(decisions)
    .where(and(eq(decisions.cellNo, cell.no), isNull(decisions.undoneAt)))
    .all()
  for (const { idx, kind } of entries) if (kinds.includes(kind)) marked[idx] = 1
  return marked
}

export const marks: ConditionKind<Pick<AtomOf<'marks'>, 'kinds'>> = {
  open:
    ({ db }, { kinds }) =>
    (mask, cell) =>
      intersect(mask, markedRows(db, cell, kinds)),
}
