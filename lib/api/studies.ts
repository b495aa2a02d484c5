import { z } from 'zod'
import { LIMITS } from '@/lib/contracts/limits'
import { studyDetailSchema, studySummarySchema } from '@/lib/contracts/study'
import { endpoint } from './endpoint'
import { flagParam } from './params'

const description = z.string().max(LIMITS.description)

export const listStudiesEndpoint = endpoint({
  method: 'GET',
  path: '/studies',
  summary: 'Lists the studies, newest first; with `deleted` those that can still be restored.',
  query: z.object({ deleted: flagParam().default(false) }),
  reply: z.array(studySummarySchema),
})

export const createStudyEndpoint = endpoint({
  method: 'POST',
  path: '/studies',
  summary: 'Creates an empty study.',
  body: z.object({ name: z.string(), description: description.default('') }),
  reply: studySummarySchema,
})

export const studyEndpoint = endpoint({
  method: 'GET',
  path: '/studies/[studyId]',
  summary: 'Returns a study with its cells, columns and runs.',
  reply: studyDetailSchema,
})

export const updateStudyEndpoint = endpoint({
  method: 'PATCH',
  path: '/studies/[studyId]',
  summary: 'Changes name, description or notice of a study.',
  body: z.object({
    name: z.string().optional(),
    description: description.optional(),
    notice: z.string().max(LIMITS.notice).nullable().optional(),
  }),
  reply: studySummarySchema,
})

export const deleteStudyEndpoint = endpoint({
  method: 'DELETE',
  path: '/studies/[studyId]',
  summary: 'Deletes a study; it can be restored until it is purged.',
})

export const restoreStudyEndpoint = endpoint({
  method: 'POST',
  path: '/studies/[studyId]/restore',
  summary: 'Brings a deleted study back.',
  reply: studySummarySchema,
})
