import type { Job } from '@/lib/contracts/job'
import type { ImportPlan } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { enqueue } from '@/lib/jobs/queue'
import type { ServiceContext } from './context'
import { MAX_FILES } from './imports-folder'
import { getStudy } from './studies'
import { openUpload, purgeUploads } from './uploads'

export { previewImport, previewUpload } from './imports-preview'
export type { PreviewRequest } from './imports-request'

function checkPlans(plans: readonly ImportPlan[]): void {
  if (plans.length === 0) throw new AppError('invalid_input', 'Choose at least one file to import.')
  if (plans.length > MAX_FILES) {
    throw new AppError('invalid_input', `Import at most ${MAX_FILES} files at once.`)
  }
  const places = new Map<string, string>()
  for (const plan of plans) {
    if (plan.seedSetKey.trim() === '') {
      throw new AppError('invalid_input', `${plan.fileName}: name the seed set.`)
    }
    const [question] = plan.questions
    if (question) throw new AppError('invalid_input', `${plan.fileName}: ${question.message}`)
    const place = JSON.stringify([
      plan.seedSetKey,
      plan.armKey,
      plan.armKey === null ? 0 : plan.round,
    ])
    const rival = places.get(place)
    if (rival !== undefined) {
      throw new AppError(
        'invalid_input',
        `${rival} and ${plan.fileName} would take the same place. Give one another seed set, evolver or round.`,
      )
    }
    places.set(place, plan.fileName)
  }
}

/**
 * Queues one job that imports the files, parents before children, and returns it. Throws `invalid_input` when two files
 * would take the same place, or a question is open.
 */
export async function startImport(
  ctx: ServiceContext,
  studyId: string,
  plans: readonly ImportPlan[],
): Promise<Job> {
  getStudy(ctx.db, studyId)
  checkPlans(plans)
  for (const plan of plans) await openUpload(ctx.config, plan.uploadId)
  await purgeUploads(ctx.config)
  const [first] = plans
  const title = plans.length === 1 ? `Import ${first?.fileName}` : `Import ${plans.length} files`
  return enqueue(ctx.db, {
    kind: 'import',
    payload: { studyId, plans: [...plans] },
    title,
    studyId,
  })
}
