import type { Db } from '@/db/client'
import type { RowSet } from '@/lib/contracts/run'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import type { CellRef } from '../cells'
import { selectRows } from '../rows'

/** Rows of a run in one cell, ascending; null = every row of the cell. */
export type Members = Int32Array | null

// Keeps the draws of different seed sets apart although they share the run's seed.
const SET_STEP = 7919

function rowsOfSlots(db: Db, cellNo: number, slots: Uint32Array): Int32Array {
  const found = db.$client
    .prepare(
      'select idx from rows where cell_no = ? and slot in (select value from json_each(?)) order by idx',
    )
    .pluck()
    .all(cellNo, JSON.stringify([...slots])) as number[]
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
    (
      db.$client
        .prepare('select id, slot_count as n, position from seed_sets where study_id = ?')
        .all(studyId) as {
        id: string
        n: number
        position: number
      }[]
    ).map((set) => [set.id, set]),
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
