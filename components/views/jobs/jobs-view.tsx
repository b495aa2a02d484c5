'use client'

import { Select } from '@mantine/core'
import { Segments } from '@/components/fields/segments'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { isActive, useJob, useJobs } from '@/components/hooks/use-jobs'
import { useStudies } from '@/components/hooks/use-studies'
import { Page } from '@/components/ui/page'
import { EmptyState, QueryState } from '@/components/ui/states'
import { PageTitle } from '@/components/shell/page-title'
import type { Job } from '@/lib/contracts/job'
import { JobDetail } from './job-detail'
import { JobLine } from './job-line'
import { KIND_LABEL } from '@/lib/contracts/job-text'
import classes from './jobs.module.css'

const SHOWN = ['all', 'active', 'failed', 'done'] as const
type Shown = (typeof SHOWN)[number]

function isShown(job: Job, shown: Shown): boolean {
  if (shown === 'active') return isActive(job) || job.state === 'paused'
  if (shown === 'failed') {
    return job.state === 'failed' || job.progress.failed > 0 || job.hold !== null
  }
  if (shown === 'done') return job.state === 'succeeded' || job.state === 'cancelled'
  return true
}

function JobList({ jobs, shown }: { jobs: readonly Job[]; shown: Shown }) {
  const [openId, setOpenId] = useQueryState('job', parseAsString)
  const { data: studies } = useStudies()
  const listed = jobs.filter((job) => isShown(job, shown))
  // A link may name a job that is filtered out or too old for the list.
  const linked = useJob(listed.some((job) => job.id === openId) ? null : openId).data?.job
  if (linked && linked.id === openId) listed.unshift(linked)
  if (listed.length === 0) {
    return (
      <EmptyState title={jobs.length === 0 ? 'No job yet' : 'No job in this list'}>
        Imports, metric runs, evolution, probes and model downloads run in a process of their own
        and are listed here. They can be paused, and continue after a restart or when the page is
        closed.
      </EmptyState>
    )
  }
  return (
    <div className={`ev-panel ${classes.list}`}>
      {listed.map((job) => {
        const isOpen = job.id === openId
        const study = studies?.find((one) => one.id === job.studyId)
        return (
          <div key={job.id}>
            <JobLine
              job={job}
              isSelected={isOpen}
              onOpen={() => void setOpenId(isOpen ? null : job.id)}
              extra={
                study ? (
                  <span className="ev-dim" dir="auto">
                    {study.name}
                  </span>
                ) : null
              }
            />
            {isOpen ? <JobDetail jobId={job.id} /> : null}
          </div>
        )
      })}
    </div>
  )
}

export function JobsView() {
  const [studyId, setStudyId] = useQueryState('study', parseAsString)
  const [shown, setShown] = useQueryState('show', parseAsStringLiteral(SHOWN).withDefault('all'))
  const [kind, setKind] = useQueryState('kind', parseAsString)
  const query = useJobs(studyId)
  const { data: studies } = useStudies()
  return (
    <Page
      title="Jobs"
      description="Long tasks that run in the worker. Open a job for its failures and its log."
      actions={
        <>
          <Segments
            label="Which jobs"
            options={{ all: 'All', active: 'Active', failed: 'With failures', done: 'Done' }}
            value={shown}
            onChange={(value) => void setShown(value)}
          />
          <Select
            aria-label="Kind of job"
            w={160}
            data={[
              { value: '', label: 'Every kind' },
              ...Object.entries(KIND_LABEL).map(([value, label]) => ({ value, label })),
            ]}
            value={kind ?? ''}
            onChange={(value) => void setKind(value || null)}
          />
          <Select
            aria-label="Study"
            data={[
              { value: '', label: 'Every study' },
              ...(studies ?? []).map((study) => ({ value: study.id, label: study.name })),
            ]}
            value={studyId ?? ''}
            onChange={(value) => void setStudyId(value || null)}
          />
        </>
      }
    >
      <PageTitle parts={['Jobs']} />
      <QueryState query={query} what="The jobs could not be read" lines={6} height={64}>
        {(jobs) => (
          <JobList
            jobs={kind === null ? jobs : jobs.filter((job) => job.kind === kind)}
            shown={shown}
          />
        )}
      </QueryState>
    </Page>
  )
}
