import { throwIfAborted } from '@/lib/errors'
import { JOBS } from '@/lib/queue/kinds'
import { realignStudy, type AlignResult } from '@/lib/services/alignments'
import { changeAlignment } from '@/lib/services/alignments/change'
import { getCell, type CellRef } from '@/lib/services/cells'
import { cleanupStaging } from '@/lib/services/cells/staging'
import { cellPlace } from '@/lib/contracts/seeds'
import { alignmentLevel, alignmentWords } from './words'
import { defineJob } from '@/lib/worker/types'

/** Gives files in the study other parents or operators, and aligns again what descends from them. */
export const alignJob = defineJob(JOBS.align, {
  lane: 'import',
  async run(context, { studyId, cells, ...change }) {
    const { db, signal } = context
    const aligned: Record<string, unknown>[] = []
    context.progress({ total: cells.length, unit: 'files', phase: 'Aligning rows' })
    const tell = (cell: CellRef, result: AlignResult) => {
      context.log(alignmentLevel(result), `${cellPlace(cell)}: ${alignmentWords(result)}.`)
      const place = { seedSet: cell.seedSetKey, arm: cell.armKey, round: cell.round }
      aligned.push({ ...place, ...result })
    }
    for (const [k, cellId] of cells.entries()) {
      throwIfAborted(signal)
      tell(getCell(db, studyId, cellId), changeAlignment(db, studyId, cellId, change, signal))
      context.progress({ done: k + 1 })
      // Heartbeat and cancel get their turn between files.
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const { cell, result } of realignStudy(db, studyId, signal)) tell(cell, result)
    return { aligned }
  },
  cleanup: cleanupStaging,
})
