import {
  changeResponsesEndpoint,
  deleteResponsesEndpoint,
  listResponsesEndpoint,
  restoreResponsesEndpoint,
  startResponsesEndpoint,
} from '@/lib/api/responses'
import type { ChangeSet } from '@/lib/contracts/responses'
import { call } from './api'
import { jobKeys, studyKeys } from './keys'
import { useAsk } from './use-ask'
import { useChange, useChangeIn, useSend } from './use-change'

/** The response sets of a study, newest first. */
export function useResponseSets(studyId: string) {
  return useAsk(listResponsesEndpoint, { params: { studyId } }, studyKeys.responses(studyId))
}

/** Starts the job that writes responses. */
export function useWriteResponses(studyId: string) {
  return useSend(startResponsesEndpoint, { studyId }, jobKeys.all, studyKeys.responses(studyId))
}

/** Renames a set or makes it current; whatever shows responses or values of them is read again. */
export function useChangeResponses(studyId: string) {
  return useChange(
    ({ setKey, ...body }: ChangeSet & { setKey: string }) =>
      call(changeResponsesEndpoint, { params: { studyId, setKey }, body }),
    studyKeys.one(studyId),
  )
}

export function useDeleteResponses(studyId: string) {
  return useChangeIn(studyId, deleteResponsesEndpoint, 'setKey', studyKeys.one(studyId))
}

export function useRestoreResponses(studyId: string) {
  return useChangeIn(studyId, restoreResponsesEndpoint, 'setKey', studyKeys.one(studyId))
}
