import { inArray } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { cells, runs } from '@/db/schema'
import { carriesValue } from '@/lib/contracts/status'
import type { EmbeddingRun } from '@/lib/contracts/operators'
import { columnReader } from '../columns'
import { studyRuns } from '../columns/runs'
import type { SimilarPair } from './similarity'

/** The metric whose runs hold which row of the parent file each row is nearest to. */
const METRIC = 'parent_likeness'
const YES = 2

// What the worker notes of each cell that it compared with another one.
const comparedSchema = z.object({ comparedWith: z.string() })
const modelSchema = z.object({ model: z.string() })

/** Returns the runs of a study whose embeddings can align its files, pinned and newest first, with the file that one cell was compared with in each. */
export function embeddingRuns(
  db: Db,
  studyId: string,
  cellId: string,
): (EmbeddingRun & { parentId: string | null })[] {
  const keys = studyRuns(db, studyId).filter(({ metricId }) => metricId === METRIC)
  if (keys.length === 0) return []
  const ids = keys.map(({ id }) => id)
  const stored = db.select().from(runs).where(inArray(runs.id, ids)).all()
  return ids.flatMap((id) => {
    const run = stored.find((one) => one.id === id)
    if (!run) return []
    const { record, definition, createdAt } = run
    return {
      id,
      model: modelSchema.safeParse(definition.model).data?.model ?? record.backendLabel,
      createdAt,
      parentId: comparedSchema.safeParse(record.notes[cellId]).data?.comparedWith ?? null,
    }
  })
}

/** Returns the pairs that a run found by embedding, or why it has none for these two files. */
export function embeddedPairs(
  db: Db,
  childNo: number,
  parentNo: number,
  runId: string | undefined,
): { pairs: SimilarPair[]; total: number; reason: string | null } {
  const found = db
    .select()
    .from(cells)
    .where(inArray(cells.no, [childNo, parentNo]))
    .all()
  const child = found.find(({ no }) => no === childNo)
  const parent = found.find(({ no }) => no === parentNo)
  const none = (reason: string) => ({ pairs: [], total: child?.rowCount ?? 0, reason })
  if (!child || !parent) return none('the parent file is not here yet')
  if (runId === undefined) return none('no run was chosen whose embeddings are to be compared')
  const run = embeddingRuns(db, child.studyId, child.id).find(({ id }) => id === runId)
  if (!run) return none(`the run ${runId} is no longer here; choose another one`)
  if (run.parentId === null) {
    return none(
      'the run has no values for this file; compute "Likeness to the parent file" for it, then align again',
    )
  }
  if (run.parentId !== parent.id) {
    return none(
      'the run compared this file with another one than its parent file of now; delete that run or choose its parent file, compute "Likeness to the parent file" again, then align again',
    )
  }
  const reader = columnReader(db, child.studyId)
  const read = (key: string) => reader.read(`${METRIC}.${key}@${runId}`, child)
  const [cosine, second, nearest, mutual] = [
    read('cosine'),
    read('second'),
    read('nearest_index'),
    read('mutual'),
  ]
  const pairs: SimilarPair[] = []
  for (let row = 0; row < child.rowCount; row += 1) {
    if (!carriesValue(cosine.status[row] ?? 0)) continue
    pairs.push({
      childIdx: row,
      parentIdx: nearest.values[row] as number,
      score: cosine.values[row] as number,
      second: second.values[row] as number,
      isMutual: mutual.values[row] === YES,
    })
  }
  return { pairs, total: child.rowCount, reason: null }
}
