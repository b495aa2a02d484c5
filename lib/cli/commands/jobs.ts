import type { Command } from 'commander'
import { JOB_ACTIONS, JOB_STATES, type Job, type JobState } from '@/lib/contracts/job'
import { tokensOf } from '@/lib/contracts/meter'
import { statusSentence } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { listEvents } from '@/lib/queue/queue'
import { actOnJob, getJobDetail, listJobs } from '@/lib/services/jobs'
import { addBudgetOptions, readBudget, type BudgetOptions } from '../budget'
import { findStudy, openContext } from '../context'
import { followJobs } from '../follow'
import { costText, jobFacts } from '@/lib/contracts/job-text'
import { printJson, printLine, printRows, wantsJson } from '../output'

// A log keeps about a thousand lines.
const WHOLE_LOG = 10_000

const DESCRIPTIONS = {
  cancel: 'stop a job; what it computed stays',
  pause: 'pause a job at its next safe point',
  resume: 'let a paused job go on, with another budget where one is given',
  retry: 'queue an ended job again: its failed rows and missing values',
} as const

interface ListOptions {
  state?: string[]
  study?: string
  kind?: string
  limit: string
}

function statesOf(names: readonly string[]): JobState[] {
  return names.map((name) => {
    const state = JOB_STATES.find((known) => known === name)
    if (state) return state
    throw new AppError(
      'invalid_input',
      `There is no state "${name}". There are: ${JOB_STATES.join(', ')}.`,
    )
  })
}

function listRow({ id, state, title, progress, error }: Job): Record<string, unknown> {
  const { done, total, unit, failed, meter, cost } = progress
  return {
    id,
    state,
    title,
    done: `${done}/${total} ${unit}`,
    failed,
    tokens: tokensOf(meter),
    cost: cost ? costText(cost) : null,
    error,
  }
}

function list(options: ListOptions, json: boolean): void {
  const context = openContext()
  const found = listJobs(context.db, {
    limit: Number(options.limit) || 50,
    ...(options.state ? { states: statesOf(options.state) } : {}),
    ...(options.study ? { studyId: findStudy(context, options.study) } : {}),
    ...(options.kind ? { kind: options.kind } : {}),
  })
  if (json) printJson(found)
  else printRows(found.map(listRow), false)
}

const eventRow = (event: { at: number; level: string; message: string }) => ({
  at: new Date(event.at).toISOString(),
  level: event.level,
  message: event.message,
})

function show(id: string, json: boolean): void {
  const { job, events } = getJobDetail(openContext().db, id)
  if (json) {
    printJson({ job, events })
    return
  }
  const { progress } = job
  printLine(
    `${job.title} (${job.kind}, ${job.state}${job.request ? `, ${job.request} asked` : ''})`,
  )
  printLine(`${progress.phase}: ${jobFacts(job, { requests: true })}`)
  if (job.error) printLine(job.error)
  for (const [name, { count, example }] of Object.entries(progress.reasons)) {
    const sentence = statusSentence(name)
    printLine(`${count} rows: ${sentence} ${example}`)
  }
  for (const [reason, { count, example }] of Object.entries(progress.requestErrors)) {
    printLine(`${count} requests failed (${reason}): ${example}`)
  }
  printRows(events.map(eventRow), false)
}

/** Adds `jobs` and its verbs. */
export function addJobCommands(program: Command): void {
  const json = () => wantsJson(program)
  const jobs = program.command('jobs').description('list, follow and steer jobs')
  jobs
    .command('list', { isDefault: true })
    .description('list jobs, newest first')
    .option('--state <names...>', `only these: ${JOB_STATES.join(', ')}`)
    .option('--study <name or id>', 'only of this study')
    .option('--kind <kind>', 'only of this kind, for example compute')
    .option('--limit <n>', 'at most so many', '50')
    .action((options: ListOptions) => list(options, json()))
  jobs
    .command('show <id>')
    .description('progress, reasons for failures and log of a job')
    .action((id: string) => show(id, json()))
  jobs
    .command('log <id>')
    .description("print a job's log")
    .action((id: string) => {
      const events = listEvents(openContext().db, id, WHOLE_LOG)
      if (json()) printJson(events)
      else printRows(events.map(eventRow), false)
    })
  for (const verb of JOB_ACTIONS) {
    const command = jobs
      .command(`${verb} <id>`)
      .description(DESCRIPTIONS[verb])
      .option('--wait', 'follow the job to its end')
    if (verb === 'resume') addBudgetOptions(command).option('--no-budget', 'without a limit')
    command.action(async (id: string, options: BudgetOptions & { wait?: boolean }) => {
      const context = openContext()
      const budget = verb === 'resume' ? readBudget(options) : undefined
      const job = actOnJob(context.db, id, verb, budget === undefined ? {} : { budget })
      if (options.wait) await followJobs(context, [id], json())
      const now = options.wait ? getJobDetail(context.db, id).job : job
      if (json()) printJson(now)
      else printRows([listRow(now)], false)
    })
  }
  jobs
    .command('wait [ids...]')
    .description(
      'follow jobs to their end (all active ones without ids), running a worker where none runs',
    )
    .action(async (ids: string[]) => {
      const context = openContext()
      const active = listJobs(context.db, { states: ['queued', 'running'] }).map((job) => job.id)
      const ended = await followJobs(context, ids.length > 0 ? ids : active, json())
      if (json()) printJson(ended)
    })
}
