import fs from 'node:fs'
import process from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Option, type Command } from 'commander'
import {
  EXPORT_FORMATS,
  EXPORT_STAGES,
  exportRequestSchema,
  safeName,
  type ExportCheck,
  type ExportFinding,
  type ExportRequest,
} from '@/lib/contracts/export'
import { viewStateSchema } from '@/lib/contracts/filter'
import { AppError } from '@/lib/errors'
import { checkExport, openExport } from '@/lib/services/exports'
import { getStudy } from '@/lib/services/studies'
import { findStudy, openContext } from '../context'
import { parseOption } from '../options'
import { printJson, printRows, say } from '../output'

interface ExportOptions {
  study: string
  format: string
  name?: string
  out: string
  state?: string
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
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new AppError('invalid_input', '--state is not valid JSON.')
  }
  return parseOption(viewStateSchema, value, '--state')
}

async function runExport(options: ExportOptions, json: boolean): Promise<void> {
  const context = openContext()
  const { db } = context
  const { study, out, state, name, ...rest } = options
  const studyId = findStudy(context, study)
  const request = parseOption(exportRequestSchema, {
    ...rest,
    name: name ?? safeName(getStudy(db, studyId).name),
    studyId,
    state: parseState(state),
  })
  const check = await checkExport(db, request)
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
  const opened = await openExport(db, request)
  await pipeline(Readable.fromWeb(opened.body as never), fs.createWriteStream(out))
  if (json) {
    printJson([report(check, out)])
    return
  }
  sayFindings('Warning', check.warnings)
  printRows([{ file: out, rows: check.rowsKept, warnings: check.warnings.length }], false)
}

function blockedError(check: ExportCheck): AppError {
  const why = check.blocking.map(({ message }) => message).join(' ')
  const left = check.rows - check.rowsKept
  const remedy =
    left > 0 && check.rowsKept > 0
      ? ` --exclude-blocked leaves ${left} of ${check.rows} rows out.`
      : ''
  return new AppError('data_error', `Nothing was written: ${why}${remedy}`)
}

/** Adds `export`. */
export function addExportCommand(program: Command): void {
  const about = exportRequestSchema.shape
  program
    .command('export')
    .description('write the rows that a filter keeps, in its order')
    .requiredOption('--study <name or id>', 'study')
    .addOption(
      new Option('--format <format>', 'format of the file')
        .choices(EXPORT_FORMATS)
        .default('jsonl'),
    )
    .option('--name <name>', 'data set name: a-z 0-9 _ - (default: made of the name of the study)')
    .requiredOption('--out <file>', 'file to write')
    .option('--state <json>', 'filter, sort and columns, as in the address of the rows page')
    .option('--metrics', 'add metric columns')
    .option('--lineage', 'add evolver, round, slot and operator')
    .option('--byte-order-mark', about.byteOrderMark.description)
    .option('--spreadsheet-safe', about.spreadsheetSafe.description)
    .addOption(
      new Option('--stage <stage>', about.stage.description).choices(EXPORT_STAGES).default('sft'),
    )
    .option('--fold-input', 'join instruction and input')
    .option('--exclude-blocked', 'leave out rows that would stop or be dropped in training')
    .option('--allow-empty-responses', 'keep rows with an empty response')
    .option('--template <name>', 'LLaMA-Factory chat template')
    .action((options: ExportOptions) =>
      runExport(options, program.opts<{ json?: boolean }>().json === true),
    )
}
