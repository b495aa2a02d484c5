import type { Command } from 'commander'
import type { RowSet } from '@/lib/contracts/run'
import { AppError } from '@/lib/errors'
import { listMeasured } from '@/lib/metrics'
import { startRuns } from '@/lib/services/compute'
import { findStudy, openContext } from '../context'
import { followJobs } from '../follow'
import { printRows } from '../output'

interface ComputeOptions {
  study: string
  metric?: string[]
  backend?: string
  params?: string
  sample?: string
  sampleSeed: string
  wait?: boolean
}

function parseJson(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    throw new AppError(
      'invalid_input',
      '--params is not JSON. Example: --params \'{"maxTokens": 32}\'',
    )
  }
}

/** Adds `compute`. */
export function addComputeCommand(program: Command): void {
  program
    .command('compute')
    .description('compute what is missing of the metrics (all of them without --metric)')
    .requiredOption('--study <name or id>', 'study')
    .option(
      '--metric <ids...>',
      `any of: ${listMeasured()
        .map((metric) => metric.id)
        .join(', ')}`,
    )
    .option('--backend <id>', 'backend to use, instead of the first one that can')
    .option('--params <json>', 'parameters, for one metric')
    .option('--sample <n>', 'only n seeds of each seed set, the same on every arm')
    .option('--sample-seed <n>', 'seed of the draw', '1')
    .option('--wait', 'follow the jobs to their end')
    .action(async (options: ComputeOptions) => {
      const context = openContext()
      const json = program.opts<{ json?: boolean }>().json === true
      const ids = options.metric ?? listMeasured().map((metric) => metric.id)
      const params = parseJson(options.params)
      const rowSet: RowSet = options.sample
        ? { kind: 'sample', slots: Number(options.sample), seed: Number(options.sampleSeed) }
        : { kind: 'all' }
      const started = startRuns(context, findStudy(context, options.study), {
        metrics: ids.map((metric) => ({ metric, params })),
        backends: options.backend
          ? Object.fromEntries(ids.map((id) => [id, String(options.backend)]))
          : {},
        rowSet,
        cellIds: [],
      })
      printRows(
        [
          ...started.runs.map((run) => ({
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
        json,
      )
      if (options.wait)
        await followJobs(
          context,
          started.jobs.map((job) => job.id),
          json,
        )
    })
}
