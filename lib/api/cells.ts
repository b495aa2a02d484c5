import { z } from 'zod'
import { jobSchema } from '@/lib/contracts/job'
import { alignmentFactsSchema, alignRequestSchema } from '@/lib/contracts/operators'
import { get, post, remove } from './endpoint'

export const deleteCellEndpoint = remove('/studies/[studyId]/cells/[cellId]', {
  summary: 'Takes a file out of the study; it can be restored until it is purged.',
})

export const restoreCellEndpoint = post('/studies/[studyId]/cells/[cellId]/restore', {
  summary: 'Brings a deleted or superseded file back.',
})

export const alignmentEndpoint = get('/studies/[studyId]/cells/[cellId]/alignment', {
  summary: 'Returns what can be chosen about the alignment of one file.',
  reply: alignmentFactsSchema,
})

export const alignCellsEndpoint = post('/studies/[studyId]/alignments', {
  summary: 'Starts a job that aligns files again or gives their rows operators.',
  body: alignRequestSchema,
  reply: z.object({ jobs: z.array(jobSchema) }),
})
