'use client'

import { useJob } from '@/components/hooks/use-jobs'
import { formatCount, formatDateTime } from '@/lib/contracts/format'
import { QueryState } from '@/components/ui/states'
import { Table } from '@/components/ui/table'
import type { JobProgress } from '@/lib/contracts/job'
import { statusSentence } from '@/lib/contracts/status'
import { JobNumbers } from './job-numbers'
import classes from './jobs.module.css'

interface ReasonsProps {
  title: string
  /** What is counted: rows or requests. */
  unit: string
  reasons: JobProgress['reasons']
}

function Reasons({ title, unit, reasons }: ReasonsProps) {
  const entries = Object.entries(reasons)
  if (entries.length === 0) return null
  return (
    <Table
      label={title}
      caption={title}
      className=""
      columns={[
        {
          name: 'Reason',
          cell: ([name]) => statusSentence(name),
        },
        { name: unit, kind: 'number', cell: ([, { count }]) => formatCount(count) },
        { name: 'Example', kind: 'wrap', cell: ([, { example }]) => example },
      ]}
      rows={entries}
      keyOf={([name]) => name}
    />
  )
}

function timeOf(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB')
}

/** Numbers of a job, reasons for what failed, and the log. */
export function JobDetail({ jobId }: { jobId: string }) {
  const query = useJob(jobId)
  return (
    <div className={classes.detail}>
      <QueryState query={query} what="The job could not be read" lines={4}>
        {({ job, events }) => (
          <>
            <p className={classes.facts}>
              Created {formatDateTime(job.createdAt)}
              {job.attempts > 1 ? `, ${job.attempts} attempts` : ''} · {job.kind} ·{' '}
              <span className="ev-mono">{job.id}</span>
            </p>
            <JobNumbers job={job} />
            <Reasons
              title="Rows without a value or with warnings"
              unit="Rows"
              reasons={job.progress.reasons}
            />
            <Reasons
              title="Failed requests, retried or counted above"
              unit="Requests"
              reasons={job.progress.requestErrors}
            />
            {events.length === 0 ? (
              <p className={classes.facts}>The log is empty.</p>
            ) : (
              <ol className={classes.log} aria-label="Log">
                {events.map((event, index) => (
                  <li key={`${event.at}-${index}`}>
                    <time dateTime={new Date(event.at).toISOString()}>{timeOf(event.at)}</time>
                    <span data-level={event.level}>{event.message}</span>
                  </li>
                ))}
              </ol>
            )}
          </>
        )}
      </QueryState>
    </div>
  )
}
