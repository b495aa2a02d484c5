import { z } from 'zod'
import { changeSetSchema, respondRequestSchema, responseSetSchema } from '@/lib/contracts/responses'
import { get, patch, undoable } from './endpoint'
import { startsJob } from './jobs'

const ALL = '/studies/[studyId]/responses'

export const listResponsesEndpoint = get(ALL, {
  summary:
    'Lists the sets of responses of a study, newest first: who wrote them, for which files, and which is current.',
  reply: z.array(responseSetSchema),
})

export const startResponsesEndpoint = startsJob(ALL, {
  summary: 'Writes responses for the rows of files or of a filter by a model, as a job.',
  body: respondRequestSchema,
  example: { body: { backend: 'embedded', maxTokens: 256, cellIds: ['cellId'] } },
})

export const changeResponsesEndpoint = patch(`${ALL}/[setKey]`, {
  summary: 'Renames a set of responses, or makes it the current one of files.',
  body: changeSetSchema,
  example: { body: { current: 'all' } },
  reply: responseSetSchema,
})

export const [deleteResponsesEndpoint, restoreResponsesEndpoint] = undoable(
  `${ALL}/[setKey]`,
  'a set of responses that was written here',
  responseSetSchema,
)
