import { z } from 'zod'
import { LIMITS, nameSchema } from '@/lib/contracts/limits'
import { importMatrixSchema } from '@/lib/contracts/import-matrix'
import {
  importPreviewSchema,
  importRequestSchema,
  rememberedMappingSchema,
} from '@/lib/contracts/study'
import { partialUploadSchema, previewRequestSchema, uploadSchema } from '@/lib/contracts/uploads'
import { get, patch, post, remove } from './endpoint'
import { integerParam } from './params'
import { startedJobsSchema } from './jobs'

export const uploadEndpoint = post('/uploads', {
  summary: 'Stores the file that the body of the request streams.',
  query: z.object({ name: z.string().min(1).max(500) }),
  takes: 'application/octet-stream',
  example: { query: { name: 'small-iter1-general.json' } },
  reply: uploadSchema,
})

export const beginUploadEndpoint = post('/uploads/parts', {
  summary:
    'Begins the upload of a file in pieces, which goes on after a lost connection or a restart.',
  body: z.object({ name: z.string().min(1).max(500), sizeBytes: z.number().int().positive() }),
  example: { body: { name: 'small-iter1-general.json', sizeBytes: 1_500_000_000 } },
  reply: partialUploadSchema,
})

export const partialUploadEndpoint = get('/uploads/parts/[uploadId]', {
  summary: 'Says how many bytes of an upload in pieces are stored.',
  reply: partialUploadSchema,
})

export const appendUploadEndpoint = patch('/uploads/parts/[uploadId]', {
  summary:
    'Stores the piece that the body streams; a conflict says where the next piece has to begin. The last piece makes the upload.',
  query: z.object({ offset: integerParam({}) }),
  takes: 'application/octet-stream',
  example: { query: { offset: 0 } },
  reply: partialUploadSchema,
})

export const previewImportEndpoint = post('/studies/[studyId]/imports/preview', {
  summary: 'Reads the first rows of uploads and says what they seem to be; nothing is imported.',
  body: z.object({
    /** Uploads to look at as they are. */
    uploadIds: z.array(nameSchema).max(LIMITS.plans).default([]),
    /** Uploads with a folder path, or with a format or mapping that the user chose. */
    uploads: z.array(previewRequestSchema).max(LIMITS.plans).default([]),
    /** Names of further files that belong to them: names are judged together. */
    siblings: z.array(z.string().max(LIMITS.path)).max(LIMITS.plans).default([]),
    /** False: as if no file of its shape had been imported before. */
    remembered: z.boolean().default(true),
  }),
  example: { body: { uploadIds: ['uploadId'] } },
  reply: z.object({
    /** One for each file; the data files of an archive have one each. */
    previews: z.array(importPreviewSchema),
    /** What of an archive was left out, and why. */
    notes: z.array(z.string()),
    /** Where the files would go beside what the study holds, and what stands in the way. */
    matrix: importMatrixSchema,
  }),
})

export const startImportEndpoint = post('/studies/[studyId]/imports', {
  summary: 'Imports files as one job.',
  body: importRequestSchema,
  reply: startedJobsSchema,
})

export const forgetMappingEndpoint = remove('/mappings/[shape]', {
  summary: 'Forgets the mapping that was used last for files of one shape.',
})

export const rememberedMappingsEndpoint = get('/mappings', {
  summary: 'Lists the mapping that was used last for each shape of file, the newest first.',
  reply: z.array(rememberedMappingSchema),
})
