import { and, eq, gt, inArray, isNotNull, lt, notInArray } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { responses, responseSets, runCells } from '@/db/schema'

/** Removes sets deleted before a time, with their responses; returns how many. Of one that a run scored the name stays. */
export function purgeResponseSets(db: Db, before: number): number {
  const isDue = and(lt(responseSets.deletedAt, before), gt(responseSets.deletedAt, 0))
  const due = db.select({ no: responseSets.no }).from(responseSets).where(isDue).all()
  const numbers = due.map(({ no }) => no)
  if (numbers.length === 0) return 0
  const scored = db
    .select({ no: runCells.responseSetNo })
    .from(runCells)
    .where(isNotNull(runCells.responseSetNo))
  for (const no of numbers) db.delete(responses).where(eq(responses.setNo, no)).run()
  const { changes } = db
    .delete(responseSets)
    .where(and(inArray(responseSets.no, numbers), notInArray(responseSets.no, scored)))
    .run()
  db.update(responseSets).set({ deletedAt: 0 }).where(inArray(responseSets.no, numbers)).run()
  return changes
}
