import { z } from 'zod'
import { LIMITS } from '@/lib/contracts/limits'
import { studyDetailSchema, studySummarySchema } from '@/lib/contracts/study'
import { get, patch, post, undoable } from './endpoint'
import { flagParam } from './params'

const description = z.string().max(LIMITS.description)

export const listStudiesEndpoint = get('/studies', {
  summary: 'Lists the studies, newest first; with `deleted` those that can still be restored.',
  query: z.object({ deleted: flagParam().default(false) }),
  reply: z.array(studySummarySchema),
})

export const createStudyEndpoint = post('/studies', {
  summary: 'Creates an empty study.',
  body: z.object({ name: z.string(), description: description.default('') }),
  example: { body: { name: 'My study' } },
  reply: studySummarySchema,
})

export const studyEndpoint = get('/studies/[studyId]', {
  summary: 'Returns a study with its cells, columns and runs.',
  reply: studyDetailSchema,
})

export const updateStudyEndpoint = patch('/studies/[studyId]', {
  summary: 'Changes name, description or notice of a study.',
  body: z.object({
    name: z.string().optional(),
    description: description.optional(),
    notice: z.string().max(LIMITS.notice).nullable().optional(),
  }),
  example: { body: { name: 'Evolved with two models' } },
  reply: studySummarySchema,
})

export const [deleteStudyEndpoint, restoreStudyEndpoint] = undoable(
  '/studies/[studyId]',
  'a study',
  studySummarySchema,
)
