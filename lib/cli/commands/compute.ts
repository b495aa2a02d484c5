import { formatDuration } from '@/lib/contracts/format'
import type { Command } from 'commander'
import type { ComputeRequest, DryRun } from '@/lib/contracts/compute'
import { emptyFilter } from '@/lib/contracts/filter'
import { tokensOf } from '@/lib/contracts/meter'
import type { RowSet } from '@/lib/contracts/run'
import { AppError } from '@/lib/errors'
import { getJob } from '@/lib/queue/queue'
import { listMeasured } from '@/lib/metrics'
import { startDryRun, startRuns } from '@/lib/services/runs/compute'
import type { ServiceContext } from '@/lib/services/context'
import { listPrompts } from '@/lib/services/prompts'
import { getRun } from '@/lib/services/runs'
import { findBackend } from '../backend'
import { addBudgetOptions, readBudget, type BudgetOptions } from '../budget'
import { findStudy, openContext } from '../context'
import { addFilterFlags, filterFrom, type FilterFlags } from '../filter-option'
import { followJobs } from '../follow'
import { jobFacts } from '@/lib/contracts/job-text'
import { parseParamsOption } from '../options'
import { printJson, printLine, printRows, wantsJson } from '../output'
import { versionParams } from '../prompt-version'

interface ComputeOptions extends BudgetOptions, Omit<FilterFlags, 'seed'> {
  study: string
  metric?: string[]
  backend?: string
  params?: string
  prompt?: string[]
  sampleSeed: string
  wait?: boolean
  dryRun?: boolean
}

interface Shortcut {
  name: string
  description: string
  /** Metrics without --metric; null = every measured one. */
  metrics: readonly string[] | null
  /** Whether it follows its jobs to their end unless told otherwise. */
  waits: boolean
}

const COMMANDS: readonly Shortcut[] = [
  {
    name: 'compute',
    description: 'compute missing values of the metrics (all of them without --metric)',
    metrics: null,
    waits: false,
  },
  {
    name: 'score',
    description: 'token losses, from which IFD and IC-IFD are derived',
    metrics: ['loss'],
    waits: true,
  },
  {
    name: 'judge',
    description: 'difficulty level and score by a judge model',
    metrics: ['difficulty_level', 'difficulty_score'],
    waits: true,
  },
  {
    name: 'embed',
    description: 'embeddings and minimum neighbour distance',
    metrics: ['mnd'],
    waits: true,
  },
]

function rowSetOf({ sample, sampleSeed, ...flags }: ComputeOptions): RowSet {
  const filter = filterFrom(flags)
  const isFiltered = JSON.stringify(filter) !== JSON.stringify(emptyFilter())
  if (isFiltered && sample !== undefined) {
    throw new AppError(
      'invalid_input',
      '--sample draws seeds of the whole study, so it stands without a filter. To draw rows of a filter, write "sample" into --filter: {"sample": {"rows": 100, "seed": 1}}.',
    )
  }
  if (isFiltered) return { kind: 'filter', filter }
  if (sample === undefined) return { kind: 'all' }
  const slots = Number(sample)
  if (!Number.isInteger(slots) || slots < 1) {
    throw new AppError('invalid_input', '--sample takes a whole number of seeds, for example 100.')
  }
  return { kind: 'sample', slots, seed: Number(sampleSeed) }
}

function requestOf(
  context: ServiceContext,
  options: ComputeOptions,
  metrics: readonly string[] | null,
): ComputeRequest {
  const ids =
    options.metric ??
    metrics ??
    listMeasured()
      .filter((metric) => !metric.onDemand)
      .map((metric) => metric.id)
  const params = parseParamsOption(options.params)
  const textsOf = versionParams(listPrompts(context.db), options.prompt ?? [], ids)
  const backend = options.backend && findBackend(context, options.backend).id
  return {
    metrics: ids.map((metric) => ({ metric, params: { ...params, ...textsOf(metric) } })),
    backends: backend ? Object.fromEntries(ids.map((id) => [id, backend])) : {},
    rowSet: rowSetOf(options),
    cellIds: [],
    budget: readBudget(options) ?? null,
  }
}

function estimateRow(estimate: DryRun): Record<string, unknown> {
  const { meter, cost, secondsLow, secondsHigh } = estimate
  return {
    metric: estimate.metric,
    backend: estimate.backendLabel,
    rows: estimate.rows - estimate.rowsDone,
    tokens: tokensOf(meter),
    cached: meter.cachedRequests,
    time: `${formatDuration(secondsLow * 1000)} to ${formatDuration(secondsHigh * 1000)}`,
    cost: cost ? `${cost.amount.toFixed(2)} ${cost.currency}` : null,
    note: estimate.blocked ?? estimate.note ?? '',
  }
}

async function printEstimate(
  context: ServiceContext,
  studyId: string,
  request: ComputeRequest,
  json: boolean,
): Promise<void> {
  const { id } = startDryRun(context, studyId, request)
  await followJobs(context, [id], json)
  const { dryRuns } = getJob(context.db, id).result as { dryRuns: DryRun[] }
  if (json) printJson(dryRuns)
  else printRows(dryRuns.map(estimateRow), false)
}

async function compute(
  options: ComputeOptions,
  { metrics, waits }: Shortcut,
  json: boolean,
): Promise<void> {
  const context = openContext()
  const studyId = findStudy(context, options.study)
  const request = requestOf(context, options, metrics)
  if (options.dryRun) {
    await printEstimate(context, studyId, request, json)
    return
  }
  const started = startRuns(context, studyId, request)
  const ids = started.jobs.map((job) => job.id)
  const print = () => {
    const runs = started.runs.map(({ id }) => getRun(context.db, id))
    const jobs = ids.map((id) => getJob(context.db, id))
    if (json) {
      printJson({ runs, jobs, blocked: started.blocked })
      return
    }
    printRows(
      [
        ...runs.map((run) => ({
          metric: run.metric,
          run: run.id,
          done: `${run.done}/${run.total}`,
          note: '',
        })),
        ...started.blocked.map(({ metric, reason }) => ({
          metric,
          run: null,
          done: '',
          note: reason,
        })),
      ],
      false,
    )
    if (waits)
      for (const job of jobs) printLine(`${job.title}: ${jobFacts(job, { requests: true })}`)
  }
  if (options.wait ?? waits) {
    try {
      await followJobs(context, ids, json)
    } finally {
      // Whatever became of the jobs, what they did is worth knowing.
      print()
    }
  } else print()
}

/** Adds `compute` and its shortcuts `score`, `judge` and `embed`. */
export function addComputeCommand(program: Command): void {
  const known = listMeasured()
    .map((metric) => metric.id)
    .join(', ')
  for (const entry of COMMANDS) {
    const command = program
      .command(entry.name)
      .description(entry.description)
      .requiredOption('--study <name or id>', 'study')
      .option('--metric <ids...>', `any of: ${known}`)
      .option('--backend <id or label>', 'backend to use, instead of the first one that can')
      .option('--params <json>', 'parameters of the metric')
      .option(
        '--prompt <hashes...>',
        'stored versions of prompts to ask by ("prompts" lists them); the first digits are enough',
      )
      .option('--sample <n>', 'only n seeds of each seed set, the same for every evolver')
      .option('--sample-seed <n>', 'random seed by which they are drawn', '1')
      .option('--dry-run', 'predict tokens, time and cost; compute nothing')
      .option(
        entry.waits ? '--no-wait' : '--wait',
        entry.waits ? 'queue the jobs and return' : 'follow the jobs to their end',
      )
    addFilterFlags(addBudgetOptions(command), { hasSample: false }).action(
      (options: ComputeOptions) => compute(options, entry, wantsJson(program)),
    )
  }
}
