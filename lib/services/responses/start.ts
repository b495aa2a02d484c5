import type { Job } from '@/lib/contracts/job'
import type { RespondRequest } from '@/lib/contracts/responses'
import { AppError } from '@/lib/errors'
import { enqueue } from '@/lib/queue/queue'
import type { JobPayload } from '@/lib/queue/kinds'
import { getBackendRow } from '../backends'
import { currentCells } from '../cells'
import type { ServiceContext } from '../context'
import { promptChoice } from '../prompts'
import { eachRow, packRows } from '../rows/annotations/parts'
import { pricesOf } from '../runs/prices'
import { resolveRowSet } from '../runs/row-sets'
import { getStudy } from '../studies'

type Files = JobPayload<'respond'>['files']

/** Returns the chosen rows of a file of the job, ascending; null = all. */
export function unpackRows({ rows }: Files[number]): Int32Array | null {
  if (rows === null) return null
  const found: number[] = []
  for (const [first, last, bits] of rows) {
    const set = bits === null ? null : new Uint8Array(Buffer.from(bits, 'base64'))
    eachRow({ cellNo: 0, first, last, bits: set }, (row) => found.push(row))
  }
  return Int32Array.from(found)
}

/** Queues a job that writes responses for the chosen rows, as they are now, and returns it. */
export function startResponses(
  { db }: ServiceContext,
  studyId: string,
  request: RespondRequest,
): Job {
  const study = getStudy(db, studyId)
  const backend = getBackendRow(db, request.backend)
  if (request.budget?.money != null && pricesOf(backend) === null) {
    throw new AppError(
      'invalid_input',
      `A cost budget needs the prices of ${backend.label}. Enter them on the Backends page.`,
    )
  }
  // A version that is gone is better refused now than in the worker.
  for (const id of Object.keys(request.prompts)) promptChoice(db, request.prompts)(id)
  const wanted = new Set(request.cellIds)
  const cells = currentCells(db, study.id).filter(({ id }) => wanted.size === 0 || wanted.has(id))
  const gone = request.cellIds.find((cellId) => !cells.some(({ id }) => id === cellId))
  if (gone !== undefined) {
    throw new AppError('not_found', 'This study has no such file; it may have been deleted.')
  }
  const members = resolveRowSet(db, study.id, cells, request.rowSet)
  const files: Files = []
  let total = 0
  for (const cell of cells) {
    const rows = members.get(cell.no) ?? null
    if (rows?.length === 0) continue
    total += rows?.length ?? cell.rowCount - cell.skipped.length
    const parts = rows && packRows(cell.no, rows)
    files.push({
      cellId: cell.id,
      rows:
        parts?.map(({ first, last, bits }) => [
          first,
          last,
          bits && Buffer.from(bits).toString('base64'),
        ]) ?? null,
    })
  }
  if (total === 0) {
    throw new AppError('invalid_input', 'There are no rows to answer. Choose other files or rows.')
  }
  return enqueue(db, {
    kind: 'respond',
    payload: { studyId: study.id, request, files, model: null },
    names: { backend: backend.label },
    studyId: study.id,
    progress: { unit: 'responses', total },
    budget: request.budget,
  })
}
