import { z } from 'zod'
import { nameSchema } from '@/lib/contracts/limits'
import { mergePlanSchema, mergeRequestSchema } from '@/lib/contracts/merge'
import { get, post } from './endpoint'
import { startsJob } from './jobs'

export const startBackupEndpoint = startsJob('/studies/[studyId]/backup', {
  summary:
    'Writes a study as one file that another Evolens opens; the result of the job has its name, size and hash.',
})

export const downloadBackupEndpoint = get('/studies/[studyId]/backup/[jobId]', {
  summary:
    'Returns the file that a backup wrote, which is kept for a week; Range and If-Range continue a broken download.',
  streams: 'application/zip',
})

export const openBackupEndpoint = startsJob('/backups', {
  summary:
    'Makes a study of an uploaded backup, whole or not at all; the result of the job has its id and name.',
  body: z.object({ uploadId: nameSchema }),
})

const example = { body: { with: 'studyId', name: 'Both', arms: { small: 'small' } } }

export const planMergeEndpoint = post('/studies/[studyId]/merge/plan', {
  summary: 'Returns what merging another study into this one would come to; nothing is stored.',
  body: mergeRequestSchema,
  example,
  reply: mergePlanSchema,
})

export const mergeEndpoint = startsJob('/studies/[studyId]/merge', {
  summary: 'Makes a third study of two; both stay as they are, so undoing is deleting the new one.',
  body: mergeRequestSchema,
  example,
})
