import { z } from 'zod'
import {
  exportCheckSchema,
  exportFormatSchema,
  exportRequestSchema,
  previousExportSchema,
} from '@/lib/contracts/export'
import { get, post } from './endpoint'
import { jsonParam } from './params'

/** Lists the exports of a study, newest first. */
export const listExportsEndpoint = get('/studies/[studyId]/export', {
  reply: z.array(previousExportSchema),
})

/** Lists the formats in which rows are written, with their options. */
export const listExportFormatsEndpoint = get('/export-formats', {
  reply: z.array(exportFormatSchema),
})

/** Returns what an export would hold, and what would stop it or be excluded in training. */
export const checkExportEndpoint = post('/studies/[studyId]/export/check', {
  body: exportRequestSchema,
  reply: exportCheckSchema,
})

/** Returns the rows as a file; a link, so that the browser streams it to disk. */
export const downloadExportEndpoint = get('/studies/[studyId]/export/download', {
  query: z.object({ request: jsonParam('request', exportRequestSchema) }),
  streams: 'application/octet-stream',
})

/** Returns the recipe of an export with the hash of the file that was sent. */
export const exportRecipeEndpoint = get('/studies/[studyId]/export/[exportId]/recipe', {
  streams: 'application/yaml',
})
