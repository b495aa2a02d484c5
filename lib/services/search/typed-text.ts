import type { Db } from '@/db/client'
import type { Job } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'
import { enqueue } from '@/lib/queue/queue'
import type { ServiceContext } from '../context'
import { getStudy } from '../studies'
import { embeddingRun, pointerOf, vectorFiles, vectorKey } from './vectors'

// Somebody waits for it.
const PRIORITY = 15

type Run = ReturnType<typeof embeddingRun>

/** Returns a typed text as the row that it is embedded as. */
export function typedRow(text: string) {
  return { instruction: text.trim(), input: null, response: null }
}

function readTyped(db: Db, run: Run, text: string): Float32Array | null {
  const pointer = pointerOf(db, vectorKey(run)(typedRow(text)))
  if (!pointer) return null
  const files = vectorFiles(db)
  try {
    return files.read(pointer)
  } finally {
    files.close()
  }
}

/** Returns the vector of a typed text under the run that embedded a study's rows. Throws `invalid_input` where it was not embedded yet. */
export function typedVector(db: Db, studyId: string, text: string): Float32Array {
  const run = embeddingRun(db, studyId)
  const vector = readTyped(db, run, text)
  if (vector) return vector
  const model = String(run.definition.model?.['model'] ?? 'its model')
  throw new AppError(
    'invalid_input',
    `The text that rows are compared with is not embedded by ${model} yet. Look for it with the button "Similar" of the rows, or with "rows --similar-to-text".`,
    { details: { embed: text } },
  )
}

/**
 * Returns the job that embeds a typed text by the model that embedded the study's rows, null where that was done before. Throws
 * `invalid_input` where the study has no embeddings.
 */
export function embedTyped({ db }: ServiceContext, studyId: string, text: string): Job | null {
  getStudy(db, studyId)
  const run = embeddingRun(db, studyId)
  if (readTyped(db, run, text)) return null
  return enqueue(db, {
    kind: 'embed-text',
    payload: { runId: run.id, text },
    names: {},
    studyId,
    priority: PRIORITY,
    progress: { unit: 'texts', total: 1 },
  })
}
