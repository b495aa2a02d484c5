import type { Db } from '@/db/client'
import { placeKey } from '@/lib/contracts/import-matrix'
import { LIMITS } from '@/lib/contracts/limits'
import type { Job } from '@/lib/contracts/job'
import { cleanName } from '@/lib/contracts/plain-text'
import type { ImportPlan, OnFailure } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { enqueue } from '@/lib/queue/queue'
import { checkOperatorRule } from '../alignments/operators'
import type { ServiceContext } from '../context'
import { getStudy } from '../studies'
import { openUpload, purgeUploads } from './uploads'
import { isValuesPlan, requireCell } from './values-file'

export { matrixOf } from './matrix'
export { placesOf, previewImport, previewUpload, type PlaceGuess } from './preview'

function checkPlans(db: Db, studyId: string, plans: readonly ImportPlan[]): void {
  if (plans.length === 0) throw new AppError('invalid_input', 'Choose at least one file to import.')
  if (plans.length > LIMITS.plans) {
    throw new AppError('invalid_input', `Import at most ${LIMITS.plans} files at once.`)
  }
  const places = new Map<string, string>()
  for (const plan of plans) {
    if (plan.seedSetKey.trim() === '') {
      throw new AppError('invalid_input', `${plan.fileName}: name the seed set.`)
    }
    const [question] = plan.questions
    if (question) throw new AppError('invalid_input', `${plan.fileName}: ${question.message}`)
    checkOperatorRule(plan.operators)
    if (isValuesPlan(plan)) continue
    const place = placeKey(plan)
    const rival = places.get(place)
    if (rival !== undefined) {
      throw new AppError(
        'invalid_input',
        `${rival} and ${plan.fileName} would take the same place. Give one another seed set, evolver or round.`,
      )
    }
    places.set(place, plan.fileName)
  }
  for (const plan of plans.filter(isValuesPlan)) {
    if (!places.has(placeKey(plan))) requireCell(db, studyId, plan)
  }
}

/** Returns the plan with names as they are stored. */
function cleanNames(plan: ImportPlan): ImportPlan {
  return {
    ...plan,
    fileName: cleanName(plan.fileName),
    seedSetKey: cleanName(plan.seedSetKey),
    seedSetLabel: cleanName(plan.seedSetLabel),
    armKey: plan.armKey === null ? null : cleanName(plan.armKey),
    armLabel: plan.armLabel === null ? null : cleanName(plan.armLabel),
  }
}

/**
 * Queues one job that imports the files, parents before children, and returns it; `undo` takes all out again when one fails. Throws `invalid_input` when two files
 * would take the same place, or a question is open.
 */
export async function startImport(
  ctx: ServiceContext,
  studyId: string,
  given: readonly ImportPlan[],
  onFailure: OnFailure = 'keep',
): Promise<Job> {
  getStudy(ctx.db, studyId)
  const plans = given.map(cleanNames)
  checkPlans(ctx.db, studyId, plans)
  for (const plan of plans) await openUpload(ctx.config, plan.uploadId)
  await purgeUploads(ctx.config)
  return enqueue(ctx.db, {
    kind: 'import',
    payload: { studyId, plans, ...(onFailure === 'undo' ? { undoSince: Date.now() } : {}) },
    names: {},
    studyId,
  })
}
