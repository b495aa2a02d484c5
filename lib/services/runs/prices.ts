import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { backends } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { costOf, pricesSchema, type Cost, type Meter, type Prices } from '@/lib/contracts/meter'

/** Returns the prices in a backend's configuration, null where there are none. */
export function pricesOf(row: { config: Record<string, unknown> } | null): Prices | null {
  const parsed = pricesSchema.safeParse(row?.config['prices'])
  if (!parsed.success) return null
  const { promptPerMillion, completionPerMillion } = parsed.data
  return promptPerMillion === null && completionPerMillion === null ? null : parsed.data
}

/** Returns what a run's tokens cost at the present prices of its backend, null where none are known. */
export function costOfRun(
  db: Db,
  run: { backendId: string | null; record: Partial<Meter> },
): Cost | null {
  if (run.backendId === null) return null
  const query = db.select().from(backends).where(eq(backends.id, run.backendId))
  const [row] = readableRows(() => query.all()).rows
  return costOf(run.record, pricesOf(row ?? null))
}
