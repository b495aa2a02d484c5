import fs from 'node:fs'
import type { Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { AppError } from '@/lib/errors'
import { describeParams, getMeasured, listMeasured } from '@/lib/metrics'
import { listSetRuns, setRunsTable } from '@/lib/services/measures'
import { startRuns } from '@/lib/services/runs/compute'
import { findBackend } from '../backend'
import { followJobs } from '../follow'
import { parseOption, parseParamsOption } from '../options'
import { printJson, printLine, printRows, say, wantsJson } from '../output'
import { openStudy } from '../study-command'

interface MeasureOptions {
  study: string
  metric?: string[]
  field?: string
  n?: string
  draws?: string
  randomSeed?: string
  params?: string
  backend?: string
  csv?: string
}

const DIGITS = 6
// What fits a terminal; --csv and --json have everything.
const SHOWN = 'number seedSet evolver round n draws mean sd reason size whole'.split(' ')

const measures = () => listMeasured().filter((metric) => metric.set !== undefined)

function short(value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value
}

/** A parameter of the command as its metric reads it; what is left out has the metric's default. */
function given(options: MeasureOptions): Record<string, unknown> {
  const { field, n, draws, randomSeed, params } = options
  const texts = { n, draws, seed: randomSeed }
  const numbers = Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, Number(text)] as const],
  )
  return {
    ...parseParamsOption(params),
    ...Object.fromEntries(numbers),
    ...(field === undefined ? {} : { field }),
  }
}

/** Throws `invalid_input` when a measure has no parameter of a given name: left out silently it would look obeyed. */
function refuseUnknown(ids: readonly string[], params: Record<string, unknown>): void {
  for (const { id, set, params: schema } of ids.map(getMeasured)) {
    if (!set) {
      throw new AppError('invalid_input', `"${id}" is no measure of a set; use "compute".`)
    }
    const known = describeParams(schema).map(({ name }) => name)
    const unknown = Object.keys(params).find((name) => !known.includes(name))
    if (unknown !== undefined) {
      throw new AppError(
        'invalid_input',
        `"${id}" has no parameter "${unknown}". It has: ${known.join(', ')}.`,
      )
    }
  }
}

async function measure(options: MeasureOptions, json: boolean): Promise<void> {
  const { studyId, ...context } = openStudy(options)
  // Those that read texts alone cost seconds; vectors and tags are asked for by name.
  const ids =
    options.metric ??
    measures().flatMap(({ id, needs, inputs }) => (needs.length > 0 || inputs.tags ? [] : id))
  const params = given(options)
  refuseUnknown(ids, params)
  const backend = options.backend && findBackend(context, options.backend).id
  const request = parseOption(computeRequestSchema, {
    metrics: ids.map((metric) => ({ metric, params })),
    backends: backend ? Object.fromEntries(ids.map((id) => [id, backend])) : {},
  })
  const started = startRuns(context, studyId, request)
  for (const { metric, reason } of started.blocked) say('blocked', `${metric}: ${reason}`)
  await followJobs(
    context,
    started.jobs.map((job) => job.id),
    json,
  )
  const found = listSetRuns(
    context.db,
    studyId,
    started.runs.map((run) => run.id),
  )
  const table = setRunsTable(found)
  if (options.csv !== undefined) {
    fs.writeFileSync(options.csv, stringify(tableRecords(table), TABLE_CSV))
  }
  if (json) {
    printJson(found)
    return
  }
  printRows(
    table.rows.map((row) => Object.fromEntries(SHOWN.map((key) => [key, short(row[key])]))),
    false,
  )
  if (options.csv !== undefined) printLine(`Written: ${options.csv}`)
}

/** Adds `measure`: numbers of whole cells at equal size. */
export function addMeasureCommand(program: Command): void {
  const known = measures()
    .map((metric) => metric.id)
    .join(', ')
  program
    .command('measure')
    .description('measures of a set: one number for each cell, over draws of equal size')
    .requiredOption('--study <name or id>', 'study')
    .option('--metric <ids...>', `any of: ${known}; without it those that read texts alone`)
    .option('--field <field>', 'instruction, instruction-and-input or response')
    .option('--n <rows>', 'rows of each draw, instead of those of the smallest cell')
    .option('--draws <count>', 'draws for each cell (20)')
    .option('--random-seed <n>', 'random seed of the draws (0)')
    .option('--params <json>', 'further parameters of the metric')
    .option('--backend <id or label>', 'backend that embeds, instead of the first one that can')
    .option('--csv <file>', 'also writes the numbers, unrounded, with definition and run')
    .action((options: MeasureOptions) => measure(options, wantsJson(program)))
}
