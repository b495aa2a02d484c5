import { z } from 'zod'
import { nameSchema } from '@/lib/contracts/limits'
import { get } from './endpoint'
import { startsJob } from './jobs'

export const startBackupEndpoint = startsJob('/studies/[studyId]/backup', {
  summary:
    'Writes a study as one file that another Evolens opens; the result of the job has its name, size and hash.',
})

export const downloadBackupEndpoint = get('/studies/[studyId]/backup/[jobId]', {
  summary: 'Returns the file that a backup wrote; it is kept for a week.',
  streams: 'application/zip',
})

export const openBackupEndpoint = startsJob('/backups', {
  summary:
    'Makes a study of an uploaded backup, whole or not at all; the result of the job has its id and name.',
  body: z.object({ uploadId: nameSchema }),
})
