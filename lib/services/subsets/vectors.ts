import type { Db } from '@/db/client'
import { AppError } from '@/lib/errors'
import { embeddingRun, rowPointers, vectorFiles } from '../search/vectors'
import type { Places } from './groups'

/** Reads the exact embeddings of rows of a study, counted over all of its cells. */
export interface RowVectorReader {
  model: string
  /** Returns the vector of a row, null where it was not embedded. */
  read(row: number): Float32Array | null
  close(): void
}

/** Returns what reads the embeddings that the columns of distances were computed from, or why there are none. */
export function vectorsOfRows(
  db: Db,
  studyId: string,
  { cells, starts }: Places,
): RowVectorReader | string {
  try {
    const run = embeddingRun(db, studyId)
    const pointerOf = rowPointers(db, run)
    const files = vectorFiles(db)
    return {
      model: String(run.definition.model?.model),
      read(row) {
        const at = starts.findLastIndex((start) => start <= row)
        const cell = cells[at]
        const pointer = cell && pointerOf(cell, row - (starts[at] as number))
        return pointer ? files.read(pointer) : null
      },
      close: files.close,
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_input') {
      return 'Measures of embeddings read those of the metric "Minimum neighbour distance", which this study has no run of. Compute it first.'
    }
    throw error
  }
}
