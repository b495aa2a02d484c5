'use client'

import { Text, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { ProgressBar } from '@/components/ui/progress-bar'
import type { Job, JobState } from '@/lib/contracts/job'
import { jobFacts, stateText } from '@/lib/contracts/job-text'
import { JobActions } from './job-actions'
import classes from './jobs.module.css'

const STATE_COLOR: Record<JobState, string> = {
  queued: 'var(--ev-dim)',
  running: 'var(--ev-accent)',
  paused: 'var(--ev-warn)',
  succeeded: 'var(--ev-ok)',
  failed: 'var(--ev-error)',
  cancelled: 'var(--ev-dim)',
}

/** 0..1, or null while the total is unknown. */
function jobShare(job: Job): number | null {
  if (job.state === 'succeeded') return 1
  return job.progress.total > 0 ? job.progress.done / job.progress.total : null
}

interface JobLineProps {
  job: Job
  isSelected?: boolean
  onOpen?: () => void
  extra?: ReactNode
}

/** One job: state, phase, progress, rate, time left, and what can be done with it. */
export function JobLine({ job, isSelected = false, onOpen, extra }: JobLineProps) {
  const isFinished = ['succeeded', 'cancelled'].includes(job.state)
  const tone = job.state === 'failed' ? 'error' : job.state === 'paused' ? 'warn' : 'accent'
  return (
    <div className={classes.line} {...(isSelected ? { 'data-selected': true } : {})}>
      <div>
        <div className={classes.title}>
          {onOpen ? (
            <UnstyledButton className={classes.name} onClick={onOpen} aria-expanded={isSelected}>
              <span dir="auto">{job.title}</span>
            </UnstyledButton>
          ) : (
            <span className={classes.name} dir="auto">
              {job.title}
            </span>
          )}
          <Text span size="xs" fw={600} c={STATE_COLOR[job.state]}>
            {stateText(job)}
          </Text>
          {job.state === 'running' ? (
            <span className={classes.facts}>{job.progress.phase}</span>
          ) : null}
          {extra}
        </div>
        <div className={classes.facts}>{jobFacts(job)}</div>
      </div>
      <JobActions job={job} />
      {isFinished ? null : (
        <div className={classes.bar}>
          <ProgressBar share={jobShare(job)} label={`Progress of ${job.title}`} tone={tone} />
        </div>
      )}
      {job.error ? (
        <div className={classes.error} {...(job.state === 'failed' ? {} : { 'data-mild': true })}>
          {job.error}
        </div>
      ) : null}
    </div>
  )
}
