'use client'

import { useJob } from '@/components/hooks/use-jobs'
import { formatCount, formatDateTime } from '@/components/ui/format'
import { LoadingLines, QueryState } from '@/components/ui/states'
import type { JobEvent, JobProgress } from '@/lib/contracts/job'
import { STATUSES } from '@/lib/contracts/status'
import { JobNumbers } from './job-numbers'
import classes from './jobs.module.css'

const LEVEL_COLOR: Record<JobEvent['level'], string> = {
  info: 'inherit',
  warn: 'var(--ev-warn)',
  error: 'var(--ev-error)',
}

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
    <div className="ev-scroll-x">
      <table className="ev-table">
        <caption className={classes.caption}>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col" className="ev-num">
              {unit}
            </th>
            <th scope="col">An example</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([name, { count, example }]) => (
            <tr key={name}>
              <td>{STATUSES.find((status) => status.name === name)?.sentence ?? name}</td>
              <td className="ev-num">{formatCount(count)}</td>
              <td style={{ overflowWrap: 'anywhere' }} dir="auto">
                {example}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function timeOf(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB')
}

/** Reasons for what failed, and the log. */
export function JobDetail({ jobId }: { jobId: string }) {
  const query = useJob(jobId)
  return (
    <div style={{ padding: '4px 16px 16px', background: 'var(--ev-sunken)' }}>
      <QueryState
        query={query}
        what="The job could not be read"
        skeleton={<LoadingLines lines={4} />}
      >
        {({ job, events }) => (
          <>
            <p className={classes.facts}>
              Created {formatDateTime(job.createdAt)}
              {job.attempts > 1 ? `, ${job.attempts} attempts` : ''} · {job.kind} ·{' '}
              <span className="ev-mono">{job.id}</span>
            </p>
            <JobNumbers job={job} />
            <Reasons
              title="Rows without a value, or with a remark"
              unit="Rows"
              reasons={job.progress.reasons}
            />
            <Reasons
              title="Failed requests: sent again, or the reason of a row above"
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
                    <span style={{ color: LEVEL_COLOR[event.level], overflowWrap: 'anywhere' }}>
                      {event.message}
                    </span>
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
