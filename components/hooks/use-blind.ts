import { useQueryClient } from '@tanstack/react-query'
import {
  blindExportEndpoint,
  blindResultEndpoint,
  blindStateEndpoint,
  deleteBlindEndpoint,
  endBlindEndpoint,
  giveVerdictEndpoint,
  listBlindEndpoint,
  restoreBlindEndpoint,
  startBlindEndpoint,
  undoVerdictEndpoint,
} from '@/lib/api/blind'
import type { BLIND_EXPORT_FORMATS, BlindState, GivenVerdict } from '@/lib/contracts/blind'
import { call, endpointUrl } from './api'
import { useAsk } from './use-ask'
import { studyKeys } from './keys'
import { useChange, useChangeIn, useSend } from './use-change'

export function useBlindSessions(studyId: string) {
  return useAsk(listBlindEndpoint, { params: { studyId } }, studyKeys.blind(studyId))
}

export function useStartBlind(studyId: string) {
  return useSend(startBlindEndpoint, { studyId }, studyKeys.blind(studyId))
}

export function useDeleteBlind(studyId: string) {
  return useChangeIn(studyId, deleteBlindEndpoint, 'sessionId', studyKeys.blind(studyId))
}

export function useRestoreBlind(studyId: string) {
  return useChangeIn(studyId, restoreBlindEndpoint, 'sessionId', studyKeys.blind(studyId))
}

/** A session with its next pair. */
export function useBlindState(studyId: string, sessionId: string) {
  return useAsk(
    blindStateEndpoint,
    { params: { studyId, sessionId } },
    studyKeys.blindState(studyId, sessionId),
  )
}

/** Verdicts and their undoing; each answers with the pair that is shown next. */
export function useVerdicts(studyId: string, sessionId: string) {
  const client = useQueryClient()
  const params = { studyId, sessionId }
  return useChange(async (given: GivenVerdict | 'undo') => {
    const state: BlindState =
      given === 'undo'
        ? await call(undoVerdictEndpoint, { params })
        : await call(giveVerdictEndpoint, { params, body: given })
    client.setQueryData(studyKeys.blindState(studyId, sessionId), state)
  })
}

/** Ends a session; what is shown of it is read again. */
export function useEndBlind(studyId: string, sessionId: string) {
  return useChange(
    () => call(endBlindEndpoint, { params: { studyId, sessionId } }),
    studyKeys.blind(studyId),
  )
}

/** The result of a session that has ended. */
export function useBlindResult(studyId: string, sessionId: string) {
  return useAsk(
    blindResultEndpoint,
    { params: { studyId, sessionId } },
    studyKeys.blindResult(studyId, sessionId),
  )
}

/** Address of the judgements of a session as a file. */
export function blindExportUrl(
  studyId: string,
  sessionId: string,
  format: (typeof BLIND_EXPORT_FORMATS)[number],
): string {
  return endpointUrl(blindExportEndpoint, { params: { studyId, sessionId }, query: { format } })
}
