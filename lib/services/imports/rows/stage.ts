import { inTransaction, type Db } from '@/db/client'
import type { ImportReport } from '@/lib/contracts/cell'
import type { ImportPlan } from '@/lib/contracts/study'
import { AppError, throwIfAborted } from '@/lib/errors'
import { FORMAT_IDS, type FormatId } from '@/lib/formats/types'
import { appendFlatResponses, appendFlatRows } from '../../cells/staging'
import type { DiskSpace } from '../space'
import type { OpenUpload } from '../uploads'
import { readStoredRows } from './read'

/** How the caller follows and stops an import. */
export interface ImportHooks {
  signal?: AbortSignal
  /** Bytes read since the last call, and rows stored so far. */
  onProgress?(bytes: number, rows: number): void
}

function formatIdOf(format: string): FormatId {
  const id = FORMAT_IDS.find((known) => known === format)
  if (!id)
    throw new AppError(
      'invalid_input',
      `There is no format "${format}". Choose one of ${FORMAT_IDS.join(', ')}.`,
    )
  return id
}

/** What the rows of a file came to. */
export interface Staged {
  rowCount: number
  rows: number
  keySets: string[][]
  report: ImportReport
}

/** Reads a file into a staged cell, one transaction a batch, and returns what was stored. Throws FormatError or AppError. */
export async function stageRows(
  db: Db,
  plan: ImportPlan,
  upload: OpenUpload,
  target: { cellNo: number; setNo: number },
  hooks: ImportHooks,
  space: DiskSpace,
): Promise<Staged> {
  const parsing = readStoredRows(
    {
      path: upload.path,
      fileName: upload.fileName,
      sizeBytes: upload.sizeBytes,
      expect: upload.expect,
      formatId: formatIdOf(plan.format),
      mapping: plan.mapping,
      opening: plan.opening,
      skipBadRows: plan.skipBadRows,
      slotIsIndex: plan.armKey === null || plan.align === 'index',
    },
    hooks.signal,
  )
  const skipped: ImportReport['skipped'] = []
  let rows = 0
  let rowCount = 0
  try {
    let next = await parsing.next()
    for (; !next.done; next = await parsing.next()) {
      const batch = next.value
      throwIfAborted(hooks.signal)
      space.check()
      inTransaction(db, () => {
        appendFlatRows(db, target.cellNo, batch.rows)
        appendFlatResponses(db, target.setNo, batch.responses)
      })
      skipped.push(...batch.skipped)
      rows += batch.count
      rowCount = batch.rowCount
      hooks.onProgress?.(batch.bytes, rows)
      // Timers and messages (heartbeat, cancel) get their turn between transactions.
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (rows === 0) {
      throw new AppError(
        'data_error',
        `${upload.fileName}: no row could be read. Check the format and the columns.`,
      )
    }
    const { keySets, flags, notes } = next.value
    return { rowCount, rows, keySets, report: { rows, skipped, flags, notes } }
  } finally {
    // Closes the file when the loop was left early.
    await parsing.return({ keySets: [], flags: {}, notes: [] })
  }
}
