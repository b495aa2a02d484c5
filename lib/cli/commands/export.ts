import process from 'node:process'
import { Readable } from 'node:stream'
import { Option, type Command } from 'commander'
import {
  NOT_COUNTED_YET,
  exportFieldsSchema,
  exportRequestSchema,
  pairChoiceSchema,
  safeName,
  type ExportCheck,
  type ExportFinding,
  type ExportFormat,
  type ExportRequest,
} from '@/lib/contracts/export'
import { viewStateSchema } from '@/lib/contracts/filter'
import { AppError } from '@/lib/errors'
import { getJob } from '@/lib/queue/queue'
import type { ServiceContext } from '@/lib/services/context'
import { checkExport, listWriters, openExport } from '@/lib/services/exports'
import { openExportFile, startExport, startTokenCount } from '@/lib/services/exports/file'
import { getStudy } from '@/lib/services/studies'
import { findStudy, openContext } from '../context'
import { addFilterFlags, filterFrom, type FilterFlags } from '../filter-option'
import { followJobs } from '../follow'
import { writeOut } from '../write-out'
import { flagOf, parseJsonOption, parseOption } from '../options'
import { printJson, printRows, say, wantsJson } from '../output'
import { findSet } from './responses'
import { findSubset, withSubset } from './subset'

interface ExportOptions extends FilterFlags {
  study: string
  format: string
  name?: string
  out?: string
  wait?: boolean
  background?: boolean
  job?: string
  state?: string
  subset?: string
  metrics?: boolean
  lineage?: boolean
  decisions?: boolean
  only?: string[]
  responses?: string
  pairs?: string
  pairBy?: string
  pairBetter?: string
  pairMargin?: string
}

// Rows named on one line of the terminal; --json has more.
const SHOWN_ROWS = 12

/** Prints findings one by one: what, how many rows, and which. */
function sayFindings(step: string, findings: readonly ExportFinding[]): void {
  for (const { message, rows, at, examples } of findings) {
    say(step, message)
    const shown = at.slice(0, SHOWN_ROWS)
    if (shown.length > 0)
      say(
        '',
        `rows ${shown.join(', ')}${rows > shown.length ? `, and ${rows - shown.length} more` : ''}`,
      )
    for (const example of examples) say('', example)
  }
}

/** Returns what scripts read: the whole check, with every reason, its count and its rows. */
function report(check: ExportCheck, file: string | null): Record<string, unknown> {
  return {
    file,
    rows: check.rowsKept,
    warnings: check.warnings.length,
    check: { ...check },
  }
}

function parseState(text: string | undefined): ExportRequest['state'] {
  if (text === undefined) return viewStateSchema.parse({ filter: {}, sort: {}, columns: [] })
  return parseOption(viewStateSchema, parseJsonOption(text, '--state'), '--state')
}

/** Returns the options of the format that were typed. Throws `invalid_input` for one that the format does not have. */
function typedOptions(command: Command, format: string): ExportRequest['options'] {
  const typed: ExportRequest['options'] = {}
  for (const writer of listWriters()) {
    for (const { name } of writer.options) {
      if (command.getOptionValueSource(name) !== 'cli') continue
      if (!ownerOf(name).some(({ id }) => id === format)) {
        const owners = ownerOf(name).map(({ id }) => id)
        throw new AppError(
          'invalid_input',
          `${flagOf(name)} belongs to --format ${owners.join(' and ')}; the format is ${format}. Leave it out.`,
        )
      }
      typed[name] = command.getOptionValue(name) as boolean | string
    }
  }
  return typed
}

function ownerOf(option: string): ExportFormat[] {
  return listWriters().filter(({ options }) => options.some(({ name }) => name === option))
}

/** Adds a flag for each option of a format; a switch that is on unless told gets a flag that turns it off. */
function addFormatFlags(command: Command): void {
  const seen = new Set<string>()
  for (const { label, options } of listWriters()) {
    for (const field of options) {
      if (seen.has(field.name)) continue
      seen.add(field.name)
      const { kind, name, choices } = field
      const flag = kind === 'switch' ? '' : kind === 'choice' ? ' <choice>' : ' <text>'
      const option = new Option(
        field.default === true ? `--no-${flagOf(name).slice(2)}` : `${flagOf(name)}${flag}`,
        `${label}: ${field.default === true ? `not: ${field.description}` : field.description}`,
      )
      if (kind === 'choice') option.choices(choices.map(({ value }) => value))
      command.addOption(option)
    }
  }
}

/** Returns the pairs that were asked for. Throws `invalid_input` where it is not said what decides. */
function pairsFrom({ pairs, pairBy, pairBetter, pairMargin }: ExportOptions) {
  if (pairs === undefined) {
    if (pairBy === undefined && pairBetter === undefined && pairMargin === undefined) return {}
    throw new AppError('invalid_input', 'Say with --pairs what is paired: response or instruction.')
  }
  if (pairBy === undefined)
    throw new AppError(
      'invalid_input',
      'Name with --pair-by the column or blind session that decides.',
    )
  const margin = pairMargin === undefined ? {} : { margin: Number(pairMargin) }
  const better = pairBetter === undefined ? {} : { better: pairBetter }
  return {
    pairs: parseOption(
      pairChoiceSchema,
      { of: pairs, by: pairBy, ...better, ...margin },
      '--pairs',
    ),
  }
}

/** Writes the file that a job made where it was asked for, and prints what it is. */
async function takeFile(
  context: ServiceContext,
  { studyId, jobId, out }: { studyId: string; jobId: string; out: string },
  json: boolean,
): Promise<void> {
  const { result } = getJob(context.db, jobId)
  const whole = { range: null, ifRange: null }
  const file = await openExportFile(context, { studyId, exportId: jobId }, whole)
  await writeOut(Readable.fromWeb(file.body as never), file.fileName, out)
  printRows([{ file: out, rows: result?.['rows'], bytes: result?.['bytes'], job: jobId }], json)
}

/** Makes the file in a job: whatever ends the command, the job goes on, and its file stays for some days. */
async function exportByJob(
  context: ServiceContext,
  request: ExportRequest,
  { out, isWaiting }: { out: string | null; isWaiting: boolean },
  json: boolean,
): Promise<void> {
  const { id } = startExport(context.db, request)
  if (isWaiting && out !== null) {
    await followJobs(context, [id], json)
    return takeFile(context, { studyId: request.studyId, jobId: id, out }, json)
  }
  if (!json) say('Job', `The running program writes the file; --job ${id} --out FILE fetches it.`)
  printRows([{ job: id }], json)
}

function required(out: string | undefined): string {
  if (out !== undefined) return out
  throw new AppError('invalid_input', 'Say with --out where the file is written.')
}

async function runExport(options: ExportOptions, command: Command, json: boolean): Promise<void> {
  const typed = typedOptions(command, options.format)
  const out = options.background ? null : required(options.out)
  const context = openContext()
  const { db } = context
  const { study, state, subset, name, format, metrics, lineage, decisions } = options
  const studyId = findStudy(context, study)
  if (options.job !== undefined) {
    const jobId = options.job
    return takeFile(context, { studyId, jobId, out: required(options.out) }, json)
  }
  const read = parseState(state)
  const view = { ...read, filter: filterFrom(options, read.filter) }
  const chosen = subset === undefined ? null : findSubset(context, studyId, subset)
  const request = parseOption(exportRequestSchema, {
    format,
    metrics,
    lineage,
    ...(decisions ? { decisions } : {}),
    ...(options.only ? { only: options.only } : {}),
    ...(options.responses === undefined
      ? {}
      : { responses: findSet(db, studyId, options.responses).key }),
    ...pairsFrom(options),
    options: typed,
    name: name ?? safeName(chosen?.name ?? getStudy(db, studyId).name),
    studyId,
    state: chosen ? withSubset(view, chosen) : view,
  })
  let check = await checkExport(db, request)
  if (check.blocking.some(({ rule }) => rule === NOT_COUNTED_YET)) {
    await followJobs(context, [startTokenCount(db, request).id], json)
    check = await checkExport(db, request)
  }
  if (check.blocking.length > 0) {
    // Of a blocked export scripts get the reasons as well, in one document with the error.
    const error = blockedError(check)
    if (!json) {
      sayFindings('Blocked', check.blocking)
      sayFindings('Warning', check.warnings)
      throw error
    }
    printJson([{ ...report(check, null), error: { code: error.code, message: error.message } }])
    process.exitCode = 3
    return
  }
  if (out === null || options.wait)
    return exportByJob(context, request, { out, isWaiting: out !== null }, json)
  const opened = await openExport(db, request)
  await writeOut(Readable.fromWeb(opened.body as never), opened.fileName, out)
  if (json) {
    printJson([report(check, out)])
    return
  }
  sayFindings('Warning', check.warnings)
  printRows([{ file: out, rows: check.rowsKept, warnings: check.warnings.length }], false)
}

function blockedError(check: ExportCheck): AppError {
  const why = check.blocking.map(({ message }) => message).join(' ')
  const [remedy] = check.remedies
  const hint = remedy ? ` ${flagOf(remedy.option)} ${remedy.effect}.` : ''
  return new AppError('data_error', `Nothing was written: ${why}${hint}`)
}

/** Adds `export`. */
export function addExportCommand(program: Command): void {
  const about = exportFieldsSchema.shape
  const pairs = pairChoiceSchema.shape
  const command = program
    .command('export')
    .description('write the rows that a filter keeps, in its order')
    .requiredOption('--study <name or id>', 'study')
    .addOption(
      new Option('--format <format>', 'format of the file')
        .choices(listWriters().map(({ id }) => id))
        .default('jsonl'),
    )
    .option('--name <name>', 'data set name: a-z 0-9 _ - (default: made of the name of the study)')
    .option('--out <file>', 'file to write; a folder (ending with /) gets the files of a zip')
    .option('--wait', 'makes the file in a job first, which goes on when this command is ended')
    .option('--background', 'leaves the file to a job of the running program and prints its id')
    .option('--job <id>', 'writes the file that a job made before')
    .option('--state <json>', 'filter, sort and columns, as in the address of the rows page')
    .option('--subset <id or name>', 'only the rows of a saved subset')
    .option('--metrics', about.metrics.description)
    .option('--lineage', about.lineage.description)
    .option('--decisions', about.decisions.description ?? '')
    .option('--only <column...>', about.only.description ?? '')
    .option(
      '--responses <set>',
      'name or key of the response set to write ("responses list" shows them)',
    )
    .addOption(new Option('--pairs <of>', pairs.of.description ?? '').choices(pairs.of.options))
    .option('--pair-by <column>', pairs.by.description)
    .addOption(
      new Option(
        '--pair-better <which>',
        'which value is the better one (default: higher)',
      ).choices(['higher', 'lower']),
    )
    .option('--pair-margin <number>', pairs.margin.description)
  addFilterFlags(command, { hasFilter: false })
  addFormatFlags(command)
  command.action((options: ExportOptions) => runExport(options, command, wantsJson(program)))
}
