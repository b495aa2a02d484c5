import { z } from 'zod'
import {
  exportCheckSchema,
  exportFormatSchema,
  exportRequestSchema,
  previousExportSchema,
} from '@/lib/contracts/export'
import { get, post } from './endpoint'
import { startedJobsSchema } from './jobs'
import { jsonParam } from './params'

const request = {
  studyId: 'studyId',
  state: { filter: { rounds: [3] }, sort: {}, columns: [] },
  format: 'jsonl',
  name: 'round-3',
}

export const listExportsEndpoint = get('/studies/[studyId]/export', {
  summary: 'Lists the exports of a study, newest first.',
  reply: z.array(previousExportSchema),
})

export const listExportFormatsEndpoint = get('/export-formats', {
  summary: 'Lists the formats in which rows are written, with their options.',
  reply: z.array(exportFormatSchema),
})

export const checkExportEndpoint = post('/studies/[studyId]/export/check', {
  summary: 'Returns what an export would hold, and what would stop it or be excluded in training.',
  body: exportRequestSchema,
  example: { body: request },
  reply: exportCheckSchema,
})

export const downloadExportEndpoint = get('/studies/[studyId]/export/download', {
  summary: 'Returns the rows as a file; a link, so that the browser streams it to disk.',
  query: z.object({ request: jsonParam('request', exportRequestSchema) }),
  example: { query: { request } },
  streams: 'application/octet-stream',
})

export const startExportEndpoint = post('/studies/[studyId]/export', {
  summary:
    'Writes an export to a file in a job; its id is that of the export whose file is fetched.',
  body: exportRequestSchema,
  example: { body: request },
  reply: startedJobsSchema,
})

export const countTokensEndpoint = post('/studies/[studyId]/export/tokens', {
  summary:
    "Counts the tokens of an export's rows, by the tokenizer that it names, in a job; the check then tells which rows are too long.",
  body: exportRequestSchema,
  example: {
    body: { ...request, format: 'openai-chat', options: { tokenizer: '/models/tokenizer.json' } },
  },
  reply: startedJobsSchema,
})

export const exportFileEndpoint = get('/studies/[studyId]/export/[exportId]/file', {
  summary: 'Returns the file that a job wrote; Range and If-Range continue a broken download.',
  streams: 'application/octet-stream',
})

export const exportRecipeEndpoint = get('/studies/[studyId]/export/[exportId]/recipe', {
  summary: 'Returns the recipe of an export with the hash of the file that was sent.',
  streams: 'application/yaml',
})
