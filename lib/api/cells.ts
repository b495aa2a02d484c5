import { z } from 'zod'
import { jobSchema } from '@/lib/contracts/job'
import {
  alignmentFactsSchema,
  alignRequestSchema,
  parentPlaceSchema,
  similarityPreviewSchema,
  SIMILARITY_THRESHOLD,
} from '@/lib/contracts/operators'
import { get, post, remove } from './endpoint'
import { jsonParam } from './params'

/** Takes a file out of the study; it can be restored until it is purged. */
export const deleteCellEndpoint = remove('/studies/[studyId]/cells/[cellId]')

/** Brings a deleted or superseded file back. */
export const restoreCellEndpoint = post('/studies/[studyId]/cells/[cellId]/restore')

/** Returns what can be chosen about the alignment of one file. */
export const alignmentEndpoint = get('/studies/[studyId]/cells/[cellId]/alignment', {
  reply: alignmentFactsSchema,
})

/** Returns what alignment by likeness of the texts would link, with the doubtful pairs. */
export const similarityEndpoint = get('/studies/[studyId]/cells/[cellId]/similarity', {
  query: z.object({
    threshold: z.coerce
      .number()
      .min(0)
      .max(1)
      .default(SIMILARITY_THRESHOLD) as unknown as z.ZodType<number, number | undefined>,
    parent: jsonParam('parent', parentPlaceSchema.nullable(), 'null'),
  }),
  reply: similarityPreviewSchema,
})

/** Starts a job that aligns files again or gives their rows operators. */
export const alignCellsEndpoint = post('/studies/[studyId]/alignments', {
  body: alignRequestSchema,
  reply: z.object({ jobs: z.array(jobSchema) }),
})
