import type { ExportRequest } from '@/lib/contracts/export'
import { JOBS } from '@/lib/queue/kinds'
import { countTokens } from '@/lib/services/exports/file'
import { tokenizerChoice } from '@/lib/services/exports/token-counts'
import { defineJob, type WorkerContext } from '@/lib/worker/types'

/** Returns the backend whose tokenizer an export names. */
export function countingBackends(
  { db }: Pick<WorkerContext, 'db'>,
  { request }: { request: ExportRequest },
): string[] {
  try {
    const choice = tokenizerChoice(db, request.options)
    return choice?.kind === 'backend' ? [choice.id] : []
  } catch {
    // A backend that was removed meanwhile; the job itself says so.
    return []
  }
}

/** Counts the tokens of an export's rows; counts are kept, so a job that was stopped goes on. */
export const countTokensJob = defineJob(JOBS['count-tokens'], {
  lane: 'import',
  backends: countingBackends,
  run({ db, signal, progress, commit, openBackend }, { request }) {
    progress({ phase: 'Opening the tokenizer' })
    const onRows = (done: number, total: number) =>
      progress({ phase: 'Counting tokens', done, total, unit: 'rows' })
    return countTokens(db, request, { signal, commit, openBackend, onRows })
  },
})
