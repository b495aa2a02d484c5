import { z } from 'zod'
import { LIMITS } from '@/lib/contracts/limits'
import { studyDetailSchema, studySummarySchema } from '@/lib/contracts/study'
import { get, patch, post, remove } from './endpoint'
import { flagParam } from './params'

const description = z.string().max(LIMITS.description)

/** Lists the studies, newest first; with `deleted` those that can still be restored. */
export const listStudiesEndpoint = get('/studies', {
  query: z.object({ deleted: flagParam().default(false) }),
  reply: z.array(studySummarySchema),
})

/** Creates an empty study. */
export const createStudyEndpoint = post('/studies', {
  body: z.object({ name: z.string(), description: description.default('') }),
  reply: studySummarySchema,
})

/** Returns a study with its cells, columns and runs. */
export const studyEndpoint = get('/studies/[studyId]', { reply: studyDetailSchema })

/** Changes name, description or notice of a study. */
export const updateStudyEndpoint = patch('/studies/[studyId]', {
  body: z.object({
    name: z.string().optional(),
    description: description.optional(),
    notice: z.string().max(LIMITS.notice).nullable().optional(),
  }),
  reply: studySummarySchema,
})

/** Deletes a study; it can be restored for 7 days. */
export const deleteStudyEndpoint = remove('/studies/[studyId]')

/** Undoes the deletion of a study. */
export const restoreStudyEndpoint = post('/studies/[studyId]/restore', {
  reply: studySummarySchema,
})
