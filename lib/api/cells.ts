import { z } from 'zod'
import { jobSchema } from '@/lib/contracts/job'
import { nameSchema } from '@/lib/contracts/limits'
import {
  alignmentFactsSchema,
  alignRequestSchema,
  PAIRINGS,
  parentPlaceSchema,
  similarityPreviewSchema,
  SIMILARITY_THRESHOLD,
} from '@/lib/contracts/operators'
import { get, post, remove } from './endpoint'
import { jsonParam } from './params'

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

export const similarityEndpoint = get('/studies/[studyId]/cells/[cellId]/similarity', {
  summary:
    'Returns what alignment by likeness of the texts, or of the embeddings of a run, would link, with the doubtful pairs.',
  query: z.object({
    threshold: z.coerce
      .number()
      .min(0)
      .max(1)
      .default(SIMILARITY_THRESHOLD) as unknown as z.ZodType<number, number | undefined>,
    pairing: z.enum(PAIRINGS).optional(),
    run: nameSchema.optional(),
    parent: jsonParam('parent', parentPlaceSchema.nullable(), 'null'),
  }),
  reply: similarityPreviewSchema,
})

export const alignCellsEndpoint = post('/studies/[studyId]/alignments', {
  summary: 'Starts a job that aligns files again or gives their rows operators.',
  body: alignRequestSchema,
  example: { body: { cells: ['cellId'], align: 'index', operators: 'rotation4' } },
  reply: z.object({ jobs: z.array(jobSchema) }),
})
