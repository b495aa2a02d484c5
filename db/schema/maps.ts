import { blob, index, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { mapDefinitionSchema, mapRecordSchema } from '@/lib/contracts/map'
import { storedJson } from '../stored-json'
import { cells } from './cells'
import { createdAndDeleted, numbered, ownedBy, ownedByNo } from './columns'
import { studies } from './studies'

/** Maps of the rows' embeddings; one that has no record yet is being laid out. */
export const maps = sqliteTable(
  'maps',
  {
    ...numbered(),
    studyId: ownedBy('study_id', () => studies.id),
    /** Of the definition and of the files and embeddings that it was asked for. */
    hash: text('hash').notNull(),
    definition: storedJson('definition', mapDefinitionSchema).notNull(),
    record: storedJson('record', mapRecordSchema),
    /** Places of the sample, float64 x and y; from here an interrupted job goes on. */
    sampled: blob('sampled', { mode: 'buffer' }),
    ...createdAndDeleted(),
  },
  (table) => [uniqueIndex('maps_hash').on(table.studyId, table.hash)],
)

/** Places of a file's rows on a map, float32 x and y; not a number where a row has none. */
export const mapCells = sqliteTable(
  'map_cells',
  {
    mapNo: ownedByNo('map_no', () => maps.no),
    cellNo: ownedByNo('cell_no', () => cells.no),
    places: blob('places', { mode: 'buffer' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.mapNo, table.cellNo] }),
    index('map_cells_cell').on(table.cellNo),
  ],
)
