import { useQuery } from '@tanstack/react-query'
import {
  downloadBackupEndpoint,
  mergeEndpoint,
  openBackupEndpoint,
  planMergeEndpoint,
  startBackupEndpoint,
} from '@/lib/api/backup'
import type { MergeRequest } from '@/lib/contracts/merge'
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

/** What merging another study into this one would come to; asked once it is chosen. */
export function useMergePlan(studyId: string, request: MergeRequest | null) {
  return useQuery({
    enabled: request !== null,
    queryKey: studyKeys.mergePlan(studyId, request),
    queryFn: ({ signal }) =>
      call(planMergeEndpoint, { params: { studyId }, body: request as MergeRequest, signal }),
  })
}

export function useMerge(studyId: string) {
  return useSend(mergeEndpoint, { studyId }, jobKeys.all)
}
