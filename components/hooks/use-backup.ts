import { downloadBackupEndpoint, openBackupEndpoint, startBackupEndpoint } from '@/lib/api/backup'
import { call, endpointUrl } from './api'
import { jobKeys, studyKeys } from './keys'
import { uploadFile } from './upload-file'
import { useChange, useSend } from './use-change'

export function useBackup(studyId: string) {
  return useSend(startBackupEndpoint, { studyId }, jobKeys.all)
}

/** Address of the file that a finished backup wrote. */
export function backupUrl(studyId: string, jobId: string): string {
  return endpointUrl(downloadBackupEndpoint, { params: { studyId, jobId } })
}

/** Uploads a backup and starts the job that makes a study of it. */
export function useOpenBackup(onProgress: (sentBytes: number) => void) {
  return useChange(
    async (file: File) => {
      const { uploadId } = await uploadFile(file, file.name, { onProgress })
      return call(openBackupEndpoint, { body: { uploadId } })
    },
    jobKeys.all,
    studyKeys.list,
  )
}
