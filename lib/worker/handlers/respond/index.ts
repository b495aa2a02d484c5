import { throwIfAborted } from '@/lib/errors'
import { JOBS, type JobPayload } from '@/lib/queue/kinds'
import { replacePayload } from '@/lib/queue/lookups'
import { currentCells } from '@/lib/services/cells'
import { promptChoice } from '@/lib/services/prompts'
import { responseDefinition, setLabel } from '@/lib/services/responses/open'
import { unpackRows } from '@/lib/services/responses/start'
import { definitionHash } from '@/lib/services/runs/definition'
import { sameModel } from '@/lib/worker/same-model'
import { defineJob, type WorkerContext } from '@/lib/worker/types'
import { respondToCell } from './respond-to-cell'

// Shown of the last failure.
const EXAMPLE_CHARACTERS = 200

async function run(context: WorkerContext, payload: JobPayload<'respond'>) {
  const { db, job, signal } = context
  const { studyId, request, files } = payload
  context.progress({ phase: 'Opening the backend' })
  const session = await context.openBackend(request.backend)
  const model = sameModel(session, payload.model)
  context.commit(() => replacePayload(db, job.no, 'respond', { ...payload, model }))
  const promptOf = promptChoice(db, request.prompts)
  const definition = responseDefinition(session.identity, request, promptOf)
  const naming = { backend: session.label, settings: request, wanted: request.label }
  const label = setLabel(db, studyId, definition, naming)
  const current = new Map(currentCells(db, studyId).map((cell) => [cell.id, cell]))
  const chosen = files.flatMap((file) => {
    const cell = current.get(file.cellId)
    if (!cell) context.log('warn', 'A file was deleted or replaced since; its rows are left out.')
    return cell ? [{ cell, rows: unpackRows(file) }] : []
  })
  const total = chosen.reduce((sum, { cell, rows }) => sum + (rows?.length ?? cell.rowCount), 0)
  let done = 0
  let failed = 0
  let reasons = {}
  // A job that is retried begins to count its attempts anew; one that was interrupted does not.
  const isFirst = job.attempts <= 1
  context.progress({ done, total, failed, reasons, phase: label })
  for (const { cell, rows } of chosen) {
    throwIfAborted(signal)
    await respondToCell(context, cell, rows, {
      session,
      writer: { ...request, promptOf },
      set: { definition, label, takesOver: request.makeCurrent ? 'always' : 'never' },
      again: isFirst,
      onDone(rows, problem) {
        done += rows
        if (problem !== null) {
          failed += 1
          reasons = { error: { count: failed, example: problem.slice(0, EXAMPLE_CHARACTERS) } }
        }
        context.progress({ done, failed, reasons })
      },
    })
  }
  return { set: definitionHash(definition), responses: done, failed }
}

/** Writes responses for rows that have none in the set; rows that failed before are asked again. */
export const respondJob = defineJob(JOBS.respond, {
  backends: (_around, { request }) => [request.backend],
  run,
})
