'use client'

import { Anchor } from '@mantine/core'
import Link from 'next/link'
import { useId, useState } from 'react'
import { isActive, useJobs } from '@/components/hooks/use-jobs'
import { plural } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import { ProgressBar } from '@/components/ui/progress-bar'
import { JobLine } from '@/components/views/jobs/job-line'
import { jobFacts, stateText } from '@/lib/contracts/job-text'
import type { Job } from '@/lib/contracts/job'
import { stripOf } from './job-strip'
import classes from './study-jobs.module.css'

function Strip({ jobs, studyId }: { jobs: readonly Job[]; studyId: string }) {
  const [isOpen, setIsOpen] = useState(false)
  const listId = useId()
  const { shown, share, held } = stripOf(jobs)
  const state = shown.state === 'running' ? [] : [stateText(shown)]
  return (
    <section className="ev-panel" aria-label="Active jobs of this study">
      <div className={classes.strip}>
        <strong>{plural(jobs.length, 'job')}</strong>
        <span className={classes.text}>
          <span dir="auto">{shown.title}</span>{' '}
          <span className="ev-dim">{[...state, jobFacts(shown)].join(' · ')}</span>
        </span>
        <div className={classes.bar}>
          <ProgressBar
            share={share}
            label="Progress of the jobs of this study"
            tone={held ? 'warn' : 'accent'}
          />
        </div>
        <LinkButton
          aria-expanded={isOpen}
          aria-controls={listId}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? 'Hide' : 'Details'}
        </LinkButton>
        <Anchor component={Link} href={`/jobs?study=${studyId}`} size="sm">
          All jobs
        </Anchor>
      </div>
      {held && !isOpen ? <p className={classes.held}>{held.error}</p> : null}
      <div id={listId} hidden={!isOpen} className={classes.list}>
        {isOpen ? jobs.map((job) => <JobLine key={job.id} job={job} />) : null}
      </div>
    </section>
  )
}

/** Active jobs of the study in one strip. */
export function StudyJobs({ studyId }: { studyId: string }) {
  const { data: jobs } = useJobs(studyId)
  const active = jobs?.filter((job) => isActive(job) || job.state === 'paused') ?? []
  return active.length === 0 ? null : <Strip jobs={active} studyId={studyId} />
}
