import type { Db } from '@/db/client'
import { mapCells, maps } from '@/db/schema'
import { currentCells } from '@/lib/services/cells'
import { createRandom } from '@/lib/stats/random'

const GROUPS = 60
const SPREAD = 12

/** Adds a map of all rows of a study with made-up places: round groups, some of them over each other. */
export function addPaperMap(db: Db, studyId: string): void {
  const random = createRandom(9)
  const bell = () => random.next() + random.next() + random.next() - 1.5
  const middles = Array.from({ length: GROUPS }, () => [SPREAD * bell(), SPREAD * bell()] as const)
  const cells = currentCells(db, studyId)
  const rows = cells.reduce((sum, { rowCount }) => sum + rowCount, 0)
  const definition = {
    sample: 20_000,
    neighbours: 15,
    seed: 1,
    version: 1 as const,
    runId: 'made-up',
    model: 'made-up',
    textRecipe: 'instruction',
  }
  const record = {
    rows,
    embedded: rows,
    sampled: 20_000,
    dimension: 384,
    epochs: 200,
    seconds: 0,
    finishedAt: 1,
  }
  const { no } = db
    .insert(maps)
    .values({ id: 'paper-map', studyId, hash: 'paper-map', definition, record, createdAt: 1 })
    .returning({ no: maps.no })
    .get()
  for (const cell of cells) {
    const places = new Float32Array(2 * cell.rowCount)
    for (let row = 0; row < cell.rowCount; row += 1) {
      const [x, y] = middles[random.below(GROUPS)] ?? [0, 0]
      places.set([x + bell(), y + bell()], 2 * row)
    }
    db.insert(mapCells)
      .values({ mapNo: no, cellNo: cell.no, places: Buffer.from(places.buffer) })
      .run()
  }
}
