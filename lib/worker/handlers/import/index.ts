import type { ImportPlan } from '@/lib/contracts/study'
import { AppError, errorCode, errorMessage } from '@/lib/errors'
import { JOBS, type JobPayload } from '@/lib/queue/kinds'
import { realignStudy } from '@/lib/services/alignments'
import { cleanupStaging } from '@/lib/services/cells/staging'
import { importFile, type ImportedFile } from '@/lib/services/imports/file'
import type { ImportHooks } from '@/lib/services/imports/rows/stage'
import { undoImport } from '@/lib/services/imports/undo'
import { importValues, isValuesPlan, undoValues } from '@/lib/services/imports/values-file'
import { rememberMapping } from '@/lib/services/imports/remembered'
import { removeUpload } from '@/lib/services/imports/uploads'
import { cellPlace } from '@/lib/contracts/seeds'
import { alignmentLevel, alignmentWords } from '../align/words'
import { defineJob, type WorkerContext } from '@/lib/worker/types'

/** Follows bytes over all files: row counts are known only at the end. */
function progressOf(context: WorkerContext, plans: readonly ImportPlan[]) {
  const total = plans.reduce((sum, plan) => sum + plan.sizeBytes, 0)
  const startedAt = Date.now()
  let done = 0
  return {
    add(bytes: number, phase: string) {
      done = Math.min(total, done + bytes)
      const seconds = (Date.now() - startedAt) / 1000
      const ratePerSecond = seconds > 0.5 ? done / seconds : null
      const etaMs = ratePerSecond ? ((total - done) / ratePerSecond) * 1000 : null
      context.progress({ done, total, unit: 'bytes', phase, ratePerSecond, etaMs })
    },
    failed(count: number, example: string) {
      context.progress({ failed: count, reasons: { error: { count, example } } })
    },
  }
}

function summary(file: ImportedFile): string {
  if (file.outcome === 'known') return `${file.fileName} is in the study already; left alone.`
  if (file.joined !== undefined) return `${file.fileName}: ${file.joined}.`
  const parts = [`${file.fileName}: ${file.rows} rows`]
  if (file.skipped > 0) parts.push(`${file.skipped} broken rows skipped`)
  if (file.revision > 1) parts.push(`revision ${file.revision}`)
  if (file.alignment) {
    parts.push(alignmentWords(file.alignment))
  }
  return `${parts.join(', ')}.`
}

async function run(context: WorkerContext, payload: JobPayload<'import'>) {
  // Parents before children, so that most files are aligned once; values after the rows that they belong to.
  const order = (plan: ImportPlan) => (isValuesPlan(plan) ? Number.MAX_SAFE_INTEGER : plan.round)
  const plans = payload.plans.toSorted((a, b) => order(a) - order(b))
  const progress = progressOf(context, plans)
  const imported: ImportedFile[] = []
  const mapped: ImportPlan[] = []
  const failures: string[] = []
  const realigned: Record<string, unknown>[] = []
  const { undoSince } = payload
  // Imports run one at a time, so what is new since this one began is its own; what it brought before it was killed as well.
  const since = context.job.attempts > 1 ? (undoSince ?? 0) : Date.now()
  for (const plan of plans) {
    let stored = 0
    try {
      const hooks: ImportHooks = {
        signal: context.signal,
        onProgress(bytes, rows) {
          stored = rows
          progress.add(bytes, `Importing ${plan.fileName}: ${stored} rows`)
        },
      }
      const file = isValuesPlan(plan)
        ? await importValues(context, payload.studyId, plan, hooks)
        : await importFile(context, payload.studyId, plan, hooks)
      if (file.outcome === 'known') progress.add(plan.sizeBytes, `Checked ${plan.fileName}`)
      imported.push(file)
      if (file.outcome === 'imported') mapped.push(plan)
      context.log(file.alignment ? alignmentLevel(file.alignment) : 'info', summary(file))
      for (const note of file.notes) context.log('warn', `${file.fileName}: ${note}`)
      await removeUpload(context.config, plan.uploadId)
    } catch (error) {
      if (errorCode(error) === 'cancelled' || context.signal.aborted) throw error
      if (errorCode(error) === 'internal') throw error
      failures.push(errorMessage(error))
      context.log('error', errorMessage(error))
      progress.failed(failures.length, errorMessage(error))
      if (undoSince !== undefined) break
    }
  }
  if (failures.length > 0 && undoSince !== undefined) {
    const count =
      undoValues(context.db, payload.studyId, plans, since) +
      undoImport(context.db, payload.studyId, plans, since)
    const undone = `Nothing was imported: ${count} files that came before it were taken out again.`
    context.log('warn', undone)
    imported.length = 0
    mapped.length = 0
    failures[0] += ` ${undone}`
  }
  for (const plan of mapped) rememberMapping(context.db, payload.studyId, plan)
  for (const { cell, result } of realignStudy(context.db, payload.studyId, context.signal)) {
    context.log(alignmentLevel(result), `${cellPlace(cell)}: again, ${alignmentWords(result)}.`)
    const file = imported.find(({ cellId }) => cellId === cell.id)
    // What the file came to in the end is what the report tells.
    if (file) file.alignment = result
    else realigned.push({ cellId: cell.id, place: cellPlace(cell), ...result })
  }
  if (failures.length > 0) {
    const rest =
      failures.length > 1 ? ` ${failures.length - 1} more files failed; the log names them.` : ''
    throw new AppError('data_error', `${failures[0]}${rest}`, { details: { failures, imported } })
  }
  return { files: imported, realigned }
}

/** Reads files into a study: each whole or not at all; what is done stays when a later file fails, unless all or nothing was asked for. */
export const importJob = defineJob(JOBS.import, {
  lane: 'import',
  run,
  cleanup: cleanupStaging,
})
