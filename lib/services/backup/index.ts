import fs from 'node:fs/promises'
import { writtenBackupSchema } from '@/lib/contracts/backup'
import type { Job } from '@/lib/contracts/job'
import type { MergeRequest } from '@/lib/contracts/merge'
import { AppError } from '@/lib/errors'
import { enqueue, getJob } from '@/lib/queue/queue'
import type { ServiceContext } from '../context'
import { openUpload } from '../imports/uploads'
import { sentFile, type AskedStretch, type SentFile } from '../sent-file'
import { getStudy } from '../studies'
import { planMerge } from './merge-plan'
import { backupPath } from './write'

/** Queues the job that writes a study as one file, and returns it. */
export function startBackup({ db }: ServiceContext, studyId: string): Job {
  const { name } = getStudy(db, studyId)
  return enqueue(db, { kind: 'backup', payload: { studyId }, names: { study: name }, studyId })
}

/** Queues the job that makes a study of an uploaded backup, and returns it. Throws `not_found` for an upload that is gone. */
export async function startOpening({ db, config }: ServiceContext, uploadId: string): Promise<Job> {
  const { fileName } = await openUpload(config, uploadId)
  return enqueue(db, { kind: 'open-backup', payload: { uploadId, fileName }, names: {} })
}

/** Queues the job that makes a third study of two, and returns it. Throws `conflict` with the first problem of the plan. */
export function startMerge({ db }: ServiceContext, studyId: string, request: MergeRequest): Job {
  const [problem] = planMerge(db, studyId, request).problems
  if (problem) throw new AppError('conflict', problem)
  return enqueue(db, { kind: 'merge', payload: { studyId, request }, names: {}, studyId })
}

/** Returns the file that a backup's job wrote, or a stretch of it. Throws `not_found` when there is none, or none any more. */
export async function readBackup(
  { db, config }: ServiceContext,
  studyId: string,
  jobId: string,
  asked: AskedStretch,
): Promise<SentFile> {
  const job = getJob(db, jobId)
  const written = writtenBackupSchema.safeParse(job.result)
  const file = backupPath(config, jobId)
  const stat = await fs.stat(file).catch(() => null)
  if (job.kind !== 'backup' || job.studyId !== studyId || !written.success || !stat) {
    throw new AppError(
      'not_found',
      'This backup is not here: it is not finished, or older than a week. Back up the study again.',
    )
  }
  const { fileName, sha256 } = written.data
  const named = { fileName, contentType: 'application/zip', etag: `"${sha256}"` }
  return sentFile(file, stat.size, named, asked)
}
