import fs from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { exportRequestSchema } from '@/lib/contracts/export'
import { viewStateSchema } from '@/lib/contracts/filter'
import { AppError } from '@/lib/errors'
import { checkExport, openExport } from '@/lib/services/exports'
import { findStudy, openContext } from '../context'
import { printRows } from '../output'

interface ExportOptions {
  study: string
  format: string
  name: string
  out: string
  state?: string
  metrics?: boolean
  lineage?: boolean
  foldInput?: boolean
  excludeBlocked?: boolean
  allowEmptyResponses?: boolean
  template?: string
}

/** Adds `export`. */
export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('write the rows that a filter keeps, in its order')
    .requiredOption('--study <name or id>', 'study')
    .option('--format <format>', 'json, jsonl, csv or llama-factory', 'jsonl')
    .requiredOption('--name <name>', 'data set name: a-z 0-9 _ -')
    .requiredOption('--out <file>', 'file to write')
    .option('--state <json>', 'filter, sort and columns, as in the address of the rows page')
    .option('--metrics', 'add metric columns')
    .option('--lineage', 'add arm, round, slot and operator')
    .option('--fold-input', 'join instruction and input')
    .option('--exclude-blocked', 'leave out rows that would stop or be dropped in training')
    .option('--allow-empty-responses', 'keep rows with an empty response')
    .option('--template <name>', 'LLaMA-Factory chat template')
    .action(async (options: ExportOptions) => {
      const context = openContext()
      const { db } = context
      const json = program.opts<{ json?: boolean }>().json === true
      const { study, out, state, ...rest } = options
      const request = exportRequestSchema.parse({
        ...rest,
        studyId: findStudy(context, study),
        state: viewStateSchema.parse(
          state ? JSON.parse(state) : { filter: {}, sort: {}, columns: [] },
        ),
      })
      const check = await checkExport(db, request)
      if (check.blocking.length > 0) {
        const first = check.blocking[0]
        throw new AppError(
          'data_error',
          `${first?.message} (${first?.rows} rows). --exclude-blocked leaves them out.`,
        )
      }
      const opened = await openExport(db, request)
      await pipeline(Readable.fromWeb(opened.body as never), fs.createWriteStream(out))
      printRows([{ file: out, rows: check.rowsKept, warnings: check.warnings.length }], json)
    })
}
