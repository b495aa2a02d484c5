'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { isActive, useJobs } from '@/components/hooks/use-jobs'
import { studyKeys } from '@/components/hooks/use-studies'
import { JobLine } from '@/components/views/jobs/job-line'

/** Active jobs of the study, with progress; the study is read again when one of them ends. */
export function StudyJobs({ studyId }: { studyId: string }) {
  const client = useQueryClient()
  const { data: jobs } = useJobs(studyId)
  const active = jobs?.filter((job) => isActive(job) || job.state === 'paused') ?? []
  const signature = active.map((job) => job.id).join(' ')
  const before = useRef(signature)

  useEffect(() => {
    if (before.current !== signature) {
      void client.invalidateQueries({ queryKey: studyKeys.one(studyId) })
    }
    before.current = signature
  }, [client, signature, studyId])

  if (active.length === 0) return null
  return (
    <section className="ev-panel" aria-label="Active jobs of this study">
      {active.map((job) => (
        <JobLine key={job.id} job={job} />
      ))}
    </section>
  )
}
