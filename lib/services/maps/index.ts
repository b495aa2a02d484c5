import { createHash, randomUUID } from 'node:crypto'
import { and, desc, eq, isNull } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { readableRows } from '@/db/stored-json'
import { mapCells, maps } from '@/db/schema'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { Job } from '@/lib/contracts/job'
import { shortHash } from '@/lib/contracts/format'
import { mapCard, type MapDefinition, type MapInfo, type MapRequest } from '@/lib/contracts/map'
import { AppError } from '@/lib/errors'
import { openJobs } from '@/lib/queue/lookups'
import { enqueue } from '@/lib/queue/queue'
import { currentCells, type CellRef } from '../cells'
import { isThere, markDeleted, markRestored } from '../deletion'
import { embeddingRun, embeddingStamp } from '../search/vectors'
import { getStudy } from '../studies'

type MapRow = typeof maps.$inferSelect

/** Returns the files of a study that a map shows, in file order. */
function shownCells(db: Db, mapNo: number, cells: readonly CellRef[]): CellRef[] {
  const placed = db
    .select({ no: mapCells.cellNo })
    .from(mapCells)
    .where(eq(mapCells.mapNo, mapNo))
    .all()
  const on = new Set(placed.map(({ no }) => no))
  return cells.filter(({ no }) => on.has(no))
}

function toInfo(db: Db, row: MapRow, cells: readonly CellRef[]): MapInfo {
  const shown = shownCells(db, row.no, cells)
  const rowsOf = (some: readonly CellRef[]) =>
    some.reduce((sum, { rowCount, skipped }) => sum + rowCount - skipped.length, 0)
  const rowsElsewhere = rowsOf(cells) - rowsOf(shown)
  const { id, hash, definition, record, createdAt } = row
  return {
    id,
    hash,
    definition,
    record,
    createdAt,
    cells: shown.map((cell) => ({ cellId: cell.id, rows: cell.rowCount })),
    rowsElsewhere,
    card: mapCard(row, rowsElsewhere),
    stamp: createHash('sha256')
      .update([id, record?.finishedAt, ...shown.map((cell) => cell.id)].join(' '))
      .digest('hex')
      .slice(0, 16),
  }
}

/** Returns the maps of a study with their cards, newest first. */
export function listMaps(db: Db, studyId: string): MapInfo[] {
  getStudy(db, studyId)
  const cells = currentCells(db, studyId)
  const query = db
    .select()
    .from(maps)
    .where(and(eq(maps.studyId, studyId), isNull(maps.deletedAt)))
    .orderBy(desc(maps.no))
  return readableRows(() => query.all()).rows.map((row) => toInfo(db, row, cells))
}

function mapRow(db: Db, studyId: string, mapId: string): MapRow {
  const row = db
    .select()
    .from(maps)
    .where(isThere(maps, studyId, mapId))
    .get()
  if (row) return row
  throw new AppError(
    'not_found',
    `This study has no map "${mapId}". Remove it from the filter, or choose one of the maps of this study.`,
  )
}

/** Returns one map with its card; throws `not_found`. */
export function getMap(db: Db, studyId: string, mapId: string): MapInfo {
  return toInfo(db, mapRow(db, studyId, mapId), currentCells(db, studyId))
}

/** Returns the map that a job lays out; throws `not_found`. */
export function mapToLayOut(db: Db, mapId: string): MapRow {
  const row = db.select().from(maps).where(eq(maps.id, mapId)).get()
  if (!row) throw new AppError('not_found', 'The map was removed. Lay it out again from its page.')
  return row
}

/** Returns the places of rows on a map by cell, float32 x and y; throws `not_found`, and `conflict` while it is laid out. */
export function mapPlaces(
  db: Db,
  studyId: string,
  mapId: string,
): { cell: CellRef; places: Float32Array }[] {
  const row = mapRow(db, studyId, mapId)
  if (!row.record) {
    throw new AppError('conflict', 'This map is still being laid out. Wait for its job to end.')
  }
  const placed = db.select().from(mapCells).where(eq(mapCells.mapNo, row.no)).all()
  const byNo = new Map(placed.map(({ cellNo, places }) => [cellNo, places]))
  return currentCells(db, studyId).flatMap((cell) => {
    const places = byNo.get(cell.no)
    // A copy, since a buffer may lie at any byte.
    return places ? [{ cell, places: new Float32Array(Uint8Array.from(places).buffer) }] : []
  })
}

/**
 * Returns the map that was asked for and the job that lays it out, null where it is there already. Throws `invalid_input` where
 * the study has no embeddings.
 */
export function layOutMap(
  db: Db,
  studyId: string,
  request: MapRequest,
): { map: MapInfo; job: Job | null } {
  getStudy(db, studyId)
  const run = embeddingRun(db, studyId)
  const cells = currentCells(db, studyId)
  const definition: MapDefinition = {
    ...request,
    version: 1,
    runId: run.id,
    model: String(run.definition.model?.model),
    textRecipe: String(run.definition.params.textRecipe),
  }
  const hash = createHash('sha256')
    .update(canonicalJson({ definition, data: embeddingStamp(db, run, cells) }))
    .digest('hex')
  return inTransaction(db, () => {
    const map = db
      .insert(maps)
      .values({ id: randomUUID(), studyId, hash, definition, createdAt: Date.now() })
      .onConflictDoUpdate({ target: [maps.studyId, maps.hash], set: { deletedAt: null } })
      .returning()
      .get()
    const info = toInfo(db, map, cells)
    if (map.record) return { map: info, job: null }
    const [running] = openJobs(db, 'lay-out', { mapId: map.id })
    if (running) return { map: info, job: running }
    const job = enqueue(db, {
      kind: 'lay-out',
      payload: { mapId: map.id },
      names: { hash: shortHash(hash) },
      studyId,
      progress: { unit: 'rows' },
    })
    return { map: info, job }
  })
}

/** Deletes a map, which can be restored for seven days. Throws `not_found`. */
export function deleteMap(db: Db, studyId: string, mapId: string): void {
  markDeleted(db, maps, studyId, mapId, 'map')
}

/** Brings a deleted map back and returns it. Throws `not_found`. */
export function restoreMap(db: Db, studyId: string, mapId: string): MapInfo {
  markRestored(db, maps, studyId, mapId, 'map')
  return getMap(db, studyId, mapId)
}
