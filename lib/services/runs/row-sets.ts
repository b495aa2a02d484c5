import { eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { seedSets } from '@/db/schema'
import type { RowSet } from '@/lib/contracts/run'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import type { CellRef } from '../cells'
import { selectRows } from '../rows'

/** Rows of a run in one cell, ascending; null = every row of the cell. */
export type Members = Int32Array | null

// Keeps the draws of different seed sets apart although they share the run's seed.
const SET_STEP = 7919

function rowsOfSlots(db: Db, cellNo: number, slots: Uint32Array): Int32Array {
  const found = hotRead(db, {
    why: 'more seeds than a statement takes parameters',
    sql: 'select idx from rows where cell_no = ? and slot in (select value from json_each(?)) order by idx',
    row: z.number(),
  }).all(cellNo, JSON.stringify([...slots]))
  return Int32Array.from(found)
}

/** Returns the rows that a row set means in each of the cells, as they are now. */
export function resolveRowSet(
  db: Db,
  studyId: string,
  cells: readonly CellRef[],
  rowSet: RowSet,
): Map<number, Members> {
  if (rowSet.kind === 'all') return new Map(cells.map((cell) => [cell.no, null]))
  if (rowSet.kind === 'filter') {
    const selected = selectRows(db, studyId, rowSet.filter)
    return new Map(
      cells.map((cell) => [cell.no, Int32Array.from(selected.get(cell.no) ?? []).sort()]),
    )
  }
  const counts = new Map(
    db
      .select({ id: seedSets.id, n: seedSets.slotCount, position: seedSets.position })
      .from(seedSets)
      .where(eq(seedSets.studyId, studyId))
      .all()
      .map((set) => [set.id, set]),
  )
  return new Map(
    cells.map((cell) => {
      const set = counts.get(cell.seedSetId)
      // The same slots for every arm and round, because only the seed set enters the draw.
      const slots = sampleWithoutReplacement(
        set?.n ?? 0,
        rowSet.slots,
        rowSet.seed + SET_STEP * (set?.position ?? 0),
      )
      return [cell.no, rowsOfSlots(db, cell.no, slots)]
    }),
  )
}
