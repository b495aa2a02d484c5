import { stringify } from 'csv-stringify/sync'
import type { Db } from '@/db/client'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { spreadsheetText, TABLE_CSV } from '@/lib/contracts/spreadsheet'
import { mapPlaces } from '.'

/** Yields the places of a map as CSV, file by file, names of columns first; rows without a place are left out. Throws `not_found`. */
export function* mapCsv(db: Db, studyId: string, mapId: string): Generator<string> {
  const end = TABLE_CSV.record_delimiter
  yield `seed_set,evolver,round,row,x,y${end}`
  for (const { cell, places } of mapPlaces(db, studyId, mapId)) {
    const names = [cell.seedSetKey, cell.armKey ?? SEEDS_KEY].map(spreadsheetText)
    const of = stringify([[...names, cell.round]], TABLE_CSV).trimEnd()
    let lines = ''
    for (let row = 0; row < cell.rowCount; row += 1) {
      const x = places[2 * row] as number
      if (!Number.isNaN(x)) lines += `${of},${row},${x},${places[2 * row + 1]}${end}`
    }
    yield lines
  }
}
