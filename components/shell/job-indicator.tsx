'use client'

import { Anchor, Group, Popover, RingProgress, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { IconProgress } from '@tabler/icons-react'
import Link from 'next/link'
import { useState } from 'react'
import { isActive, useJobs } from '@/components/hooks/use-jobs'
import { formatCount, formatDuration, formatShare } from '@/lib/contracts/format'
import { ProgressBar } from '@/components/ui/progress-bar'
import type { Job } from '@/lib/contracts/job'
import classes from './frame.module.css'

/** Mean progress of the active jobs in 0..1; null when there is none. */
export function overallShare(jobs: readonly Job[] | undefined): number | null {
  const active = jobs?.filter(isActive) ?? []
  if (active.length === 0) return null
  const shares = active.map(({ progress }) =>
    progress.total > 0 ? progress.done / progress.total : 0,
  )
  return shares.reduce((sum, share) => sum + share, 0) / active.length
}

function JobLine({ job }: { job: Job }) {
  const { done, total, unit, etaMs } = job.progress
  const share = total > 0 ? done / total : null
  return (
    <div className={classes.jobRow}>
      <div className={classes.jobTitle}>
        <span dir="auto">{job.title}</span>
        <span className="ev-dim">{share === null ? job.state : formatShare(share)}</span>
      </div>
      <ProgressBar share={share} label={job.title} height={4} />
      <Text span size="xs" c="dimmed">
        {total > 0 ? `${formatCount(done)} of ${formatCount(total)} ${unit}` : job.progress.phase}
        {etaMs === null || job.state !== 'running' ? '' : `, ${formatDuration(etaMs)} left`}
      </Text>
    </div>
  )
}

export function JobIndicator() {
  const [isOpen, setIsOpen] = useState(false)
  const { data: jobs } = useJobs()
  const active = jobs?.filter(isActive) ?? []
  const share = overallShare(jobs)
  const label =
    active.length === 0
      ? 'No job is running'
      : `${active.length === 1 ? '1 job' : `${active.length} jobs`} running, ${formatShare(share ?? 0)} done`

  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-end" width={360} trapFocus>
      <Popover.Target>
        <Tooltip label={label} disabled={isOpen}>
          <UnstyledButton
            onClick={() => setIsOpen(!isOpen)}
            aria-label={label}
            aria-expanded={isOpen}
            className={classes.jobs}
          >
            {share === null ? (
              <IconProgress size={20} stroke={1.6} color="var(--ev-dim)" aria-hidden />
            ) : (
              <RingProgress
                size={24}
                thickness={3}
                rootColor="var(--ev-border)"
                sections={[{ value: share * 100, color: 'var(--ev-accent)' }]}
                aria-hidden
              />
            )}
            <span>{active.length > 0 ? active.length : ''}</span>
          </UnstyledButton>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Jobs">
        <div className={classes.jobList}>
          {active.map((job) => (
            <JobLine key={job.id} job={job} />
          ))}
          {active.length === 0 ? (
            <Text c="dimmed" p={12}>
              No job is running.
            </Text>
          ) : null}
        </div>
        <Group px={12} py={8}>
          <Anchor component={Link} href="/jobs" size="sm" onClick={() => setIsOpen(false)}>
            All jobs
          </Anchor>
        </Group>
      </Popover.Dropdown>
    </Popover>
  )
}
