import type { Command } from 'commander'
import {
  listEvents,
  listJobs,
  requestCancel,
  requestPause,
  resumeJob,
  retryJob,
} from '@/lib/jobs/queue'
import { openContext } from '../context'
import { followJobs } from '../follow'
import { printRows } from '../output'

/** Adds `jobs` and its verbs. */
export function addJobCommands(program: Command): void {
  const json = () => program.opts<{ json?: boolean }>().json === true
  const jobs = program.command('jobs').description('list jobs, newest first')
  jobs.action(() => {
    const rows = listJobs(openContext().db, { limit: 50 }).map((job) => ({
      id: job.id,
      state: job.state,
      title: job.title,
      done: `${job.progress.done}/${job.progress.total} ${job.progress.unit}`,
      failed: job.progress.failed,
      error: job.error,
    }))
    printRows(rows, json())
  })
  const verbs = { cancel: requestCancel, pause: requestPause, resume: resumeJob, retry: retryJob }
  for (const [verb, act] of Object.entries(verbs)) {
    jobs
      .command(`${verb} <id>`)
      .description(`${verb} a job`)
      .action((id: string) => {
        const job = act(openContext().db, id)
        printRows([{ id: job.id, state: job.state, title: job.title }], json())
      })
  }
  jobs
    .command('log <id>')
    .description("print a job's log")
    .action((id: string) => {
      const rows = listEvents(openContext().db, id).map((event) => ({
        at: new Date(event.at).toISOString(),
        level: event.level,
        message: event.message,
      }))
      printRows(rows, json())
    })
  jobs
    .command('wait [ids...]')
    .description(
      'follow jobs to their end (all active ones without ids), running a worker where none runs',
    )
    .action(async (ids: string[]) => {
      const context = openContext()
      const active = listJobs(context.db, { states: ['queued', 'running'] }).map((job) => job.id)
      await followJobs(context, ids.length > 0 ? ids : active, json())
    })
}
