import { useLocalStorage } from '@mantine/hooks'
import { keepPreviousData } from '@tanstack/react-query'
import {
  annotateEndpoint,
  listDecisionsEndpoint,
  redoAnnotationEndpoint,
  undoAnnotationEndpoint,
} from '@/lib/api/decisions'
import type { LogQuery } from '@/lib/contracts/decisions'
import type { RowFilter } from '@/lib/contracts/filter'
import type { MarkKind } from '@/lib/contracts/rows'
import { call } from './api'
import { studyKeys } from './keys'
import { useAsk } from './use-ask'
import { useChange } from './use-change'

/** Rows of a decision: chosen one by one, or all that pass a filter. */
type DecidedRows = { rows: { cellId: string; idx: number }[] } | { filter: RowFilter }

export interface Decision {
  kind: MarkKind
  value?: string | null
  removes?: boolean
  reason?: string | null
}

/** The name under which decisions of this browser are logged. */
export function useAuthor() {
  return useLocalStorage({ key: 'evolens-author', defaultValue: '' })
}

/** Adds one decision to the log; the reply's `no` undoes it. */
export function useDecide(studyId: string) {
  const [author] = useAuthor()
  return useChange(
    (decision: Decision & DecidedRows) =>
      call(annotateEndpoint, {
        params: { studyId },
        body: { ...decision, ...(author.trim() ? { author: author.trim() } : {}) },
      }),
    // Filters, histograms and figures may leave excluded rows out.
    studyKeys.values(studyId),
    studyKeys.decisions(studyId),
  )
}

const turn = {
  undo: (studyId: string, no: number) => call(undoAnnotationEndpoint, { params: { studyId, no } }),
  redo: (studyId: string, no: number) => call(redoAnnotationEndpoint, { params: { studyId, no } }),
}

/** Undoes an entry of the log, or lets it stand again. */
export function useTurnDecision(studyId: string, way: keyof typeof turn) {
  return useChange(
    (no: number) => turn[way](studyId, no),
    studyKeys.values(studyId),
    studyKeys.decisions(studyId),
  )
}

/** Undoes the newest decision that stands, or brings back the one that was undone last; null where there is none. */
export function useStepDecision(studyId: string) {
  return useChange(
    async (way: keyof typeof turn) => {
      const log = await call(listDecisionsEndpoint, { params: { studyId }, query: { limit: 1 } })
      const no = log[way]
      if (no !== null) await turn[way](studyId, no)
      return no
    },
    studyKeys.values(studyId),
    studyKeys.decisions(studyId),
  )
}

/** One page of the log of decisions. */
export function useDecisionLog(studyId: string, query: LogQuery, offset: number, limit: number) {
  return useAsk(
    listDecisionsEndpoint,
    { params: { studyId }, query: { ...query, offset, limit } },
    studyKeys.decisionLog(studyId, { ...query, offset, limit }),
    { placeholderData: keepPreviousData },
  )
}
