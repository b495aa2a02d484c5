import { eq } from 'drizzle-orm'
import { backends } from '@/db/schema'
import type { EvolveRequest } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'
import { enqueue } from '@/lib/queue/queue'
import type { ServiceContext } from '../context'
import { currentCells } from '../cells'
import { promptByHash } from '../prompts'
import { getStudy } from '../studies'

/** Queues a job that evolves the study's seeds and returns it; checks what can be checked before it starts. */
export function startEvolving(
  { db }: ServiceContext,
  studyId: string,
  request: EvolveRequest,
): Job {
  const study = getStudy(db, studyId)
  for (const id of [request.backendId, request.responseBackendId]) {
    if (id === null) continue
    const backend = db.select({ id: backends.id }).from(backends).where(eq(backends.id, id)).get()
    if (!backend)
      throw new AppError(
        'not_found',
        `There is no backend "${id}". Choose one of the Backends page.`,
      )
  }
  // A version that is gone is better refused now than in the worker.
  for (const [id, hash] of Object.entries(request.prompts)) promptByHash(db, id, hash)
  const seeds = currentCells(db, study.id).filter((cell) => cell.armId === null)
  const known = new Set(seeds.map((cell) => cell.seedSetKey))
  const missing = request.seedSets.find((key) => !known.has(key))
  if (missing)
    throw new AppError(
      'invalid_input',
      `The seed set "${missing}" has no seed texts. Import its seed file first.`,
    )
  if (seeds.length === 0) {
    throw new AppError(
      'invalid_input',
      'This study has no seed texts to evolve. Import a seed file first.',
    )
  }
  return enqueue(db, {
    kind: 'evolve',
    payload: { studyId: study.id, request },
    names: {},
    studyId: study.id,
    budget: request.budget ?? null,
  })
}
