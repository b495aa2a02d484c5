import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { StudyDetail } from '@/lib/contracts/study'
import { studyKeys } from './keys'

/** Reads rows, histograms and figures again when runs have made new values or cells have changed. */
export function useFreshValues(detail: StudyDetail): void {
  const client = useQueryClient()
  const studyId = detail.study.id
  const runs = detail.runs.map((run) => `${run.id}:${run.done}:${run.pinned}`).join(' ')
  const cells = detail.cells.map((cell) => `${cell.id}:${cell.responses?.present ?? 0}`).join(' ')
  const stamp = `${runs}|${cells}`
  const seen = useRef(stamp)
  useEffect(() => {
    if (seen.current === stamp) return
    seen.current = stamp
    void client.invalidateQueries({ queryKey: studyKeys.values(studyId) })
  }, [client, studyId, stamp])
}
