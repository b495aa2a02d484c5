import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { Job } from '@/lib/contracts/job'
import { studyKeys } from './keys'
import { useJobs } from './use-jobs'

// Results are committed about once a second; reading figures and comparisons again faster than this helps nobody.
const PROGRESS_REFRESH_MS = 3_000

type Change = 'progress' | 'state'

/** Returns the studies whose jobs differ between two lists, and whether a job began or ended or only got further. */
export function changedStudies(before: readonly Job[], after: readonly Job[]): Map<string, Change> {
  const known = new Map(before.map((job) => [job.id, job]))
  const changed = new Map<string, Change>()
  for (const job of after) {
    if (job.studyId === null) continue
    const old = known.get(job.id)
    if (old?.state !== job.state) changed.set(job.studyId, 'state')
    else if (old.progress.done !== job.progress.done && !changed.has(job.studyId))
      changed.set(job.studyId, 'progress')
  }
  return changed
}

/** Reads what jobs change again, on every page: all of a study when a job begins or ends, its values while one gets further. */
export function useJobFeed(): void {
  const client = useQueryClient()
  const { data: jobs } = useJobs()
  const seen = useRef<readonly Job[] | null>(null)
  const refreshedAt = useRef(0)
  const [due, setDue] = useState(0)
  useEffect(() => {
    if (!jobs) return undefined
    // What is on the page at first was read at about the same time.
    const changed = changedStudies(seen.current ?? jobs, jobs)
    const waitMs = refreshedAt.current + PROGRESS_REFRESH_MS - Date.now()
    const isState = [...changed.values()].includes('state')
    // Progress that is not shown yet stays a difference until it is due.
    if (changed.size > 0 && waitMs > 0 && !isState) {
      const timer = setTimeout(() => setDue((n) => n + 1), waitMs)
      return () => clearTimeout(timer)
    }
    seen.current = jobs
    if (changed.size === 0) return undefined
    refreshedAt.current = Date.now()
    void client.invalidateQueries({ queryKey: studyKeys.list })
    for (const [studyId, change] of changed) {
      // A slow comparison is left to finish while a job goes on, and begun anew when one ends.
      const cancelRefetch = change === 'state'
      const keys = cancelRefetch
        ? [studyKeys.one(studyId)]
        : [studyKeys.detail(studyId), studyKeys.values(studyId)]
      for (const queryKey of keys) void client.invalidateQueries({ queryKey }, { cancelRefetch })
    }
    return undefined
  }, [client, jobs, due])
}
