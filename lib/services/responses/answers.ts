import { and, count, eq, sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { responses } from '@/db/schema'
import { statusCode } from '@/lib/contracts/status'
import type { ResponseSetRow } from '../cells'
import { cachesOf } from '../columns/cache'

/** How the responses of a set came out. */
export interface AnswerCounts {
  answered: number
  /** Of those answered: cut by the token limit. */
  truncated: number
  /** Asked for and not there. */
  failed: number
}

/** Returns how the responses of one file came out in a set; those of an imported one were counted when it was published. */
export function answersIn(
  db: Db,
  set: Pick<ResponseSetRow, 'no' | 'kind' | 'version'>,
  { rows, flags }: { rows: number; flags: Readonly<Record<string, number>> },
): AnswerCounts {
  if (set.kind === 'imported') {
    return { answered: rows - (flags['no_response'] ?? 0), truncated: 0, failed: 0 }
  }
  return cachesOf(db).results.get(
    `answers/${set.no}`,
    String(set.version),
    () => 64,
    () => {
      const { status, finishReason, setNo } = responses
      const isAnswered = eq(status, statusCode('ok'))
      const sum = (which: ReturnType<typeof and>) => sql<number>`coalesce(sum(${which}), 0)`
      const found = db
        .select({
          asked: count(),
          answered: sum(isAnswered),
          truncated: sum(and(isAnswered, eq(finishReason, 'length'))),
          skipped: sum(eq(finishReason, 'skipped')),
        })
        .from(responses)
        .where(eq(setNo, set.no))
        .get() ?? { asked: 0, answered: 0, truncated: 0, skipped: 0 }
      const { asked, answered, truncated, skipped } = found
      return { answered, truncated, failed: asked - answered - skipped }
    },
  )
}
