import type { Db } from '@/db/client'
import type { MeasuredMetric, MetricTools } from '@/lib/metrics/types'
import { currentCells } from '@/lib/services/cells'
import { tagColumn } from '@/lib/services/columns/tags'
import type { RowSource } from './load-rows'

/** Returns how a run reads its column of tags: those of each row of a cell, and all with their rows; null for runs that read none. */
export function taggedBy(
  db: Db,
  studyId: string,
  metric: MeasuredMetric,
  params: unknown,
): {
  of(cellNo: number): RowSource['tagsOf']
  words: NonNullable<MetricTools['tagWords']>
} | null {
  if (!metric.inputs.tags) return null
  const column = tagColumn(db, studyId, String((params as Record<string, unknown>)['tags']))
  const cells = currentCells(db, studyId)
  return {
    of: (cellNo) => {
      const cell = cells.find(({ no }) => no === cellNo)
      return cell ? column.read(cell) : null
    },
    words: () => column.words(),
  }
}
