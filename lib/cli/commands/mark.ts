import fs from 'node:fs'
import os from 'node:os'
import { stringify } from 'csv-stringify/sync'
import type { Command } from 'commander'
import { z } from 'zod'
import { decisionInputSchema, logQuerySchema, MARK_WORDS } from '@/lib/contracts/decisions'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { MARK_KINDS } from '@/lib/contracts/rows'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { AppError } from '@/lib/errors'
import {
  annotate,
  chosenRows,
  redoAnnotation,
  rowsOfFilter,
  undoAnnotation,
  undoSteps,
} from '@/lib/services/rows/annotations'
import { decisionTable, listDecisions } from '@/lib/services/rows/annotations/log'
import { findStudy, openContext } from '../context'
import { parseFilterJson, parseOption } from '../options'
import { printJson, printRows, say, wantsJson } from '../output'

interface MarkOptions {
  study: string
  row?: string[]
  filter?: string
  value?: string
  reason?: string
  author?: string
  remove?: boolean
  undo?: string | true
  redo?: string | true
  log?: boolean
  csv?: string
}

/** The user of this computer, who decides unless another name is given. */
function ownName(): string {
  return process.env.USER ?? process.env.USERNAME ?? os.userInfo().username
}

function rowOf(text: string): { cellId: string; idx: number } {
  const [, cellId, idx] = /^(.+)\.(\d+)$/.exec(text) ?? []
  if (cellId === undefined) {
    throw new AppError(
      'invalid_input',
      `--row ${text}: write <cell>.<number>, as \`row=\` of the address of an open row shows it.`,
    )
  }
  return { cellId, idx: Number(idx) }
}

/** Adds `mark`. */
export function addMarkCommand(program: Command): void {
  program
    .command('mark')
    .description(
      'star, keep, exclude, tag or note rows; undo and redo it; show the log of decisions',
    )
    .argument('[kind]', `${MARK_KINDS.join(', ')} (drop excludes)`)
    .requiredOption('--study <name or id>', 'study')
    .option('--row <cell.number...>', 'these rows')
    .option(
      '--filter <json>',
      'all rows that pass this filter, as the address of the page holds it; {} is every row',
    )
    .option('--value <text>', 'the tag, or the text of the note')
    .option('--reason <text>', 'why')
    .option('--author <name>', 'who decides; the user of this computer without it')
    .option('--remove', 'take the mark off the rows')
    .option('--undo [entry]', 'undo the last decision, or the one with this number')
    .option('--redo [entry]', 'bring back the last undone decision, or the one with this number')
    .option('--log', 'list the decisions, newest first')
    .option('--csv <file>', 'write the log as CSV')
    .action(async (kind: string | undefined, options: MarkOptions) => {
      const { db, ...context } = openContext()
      const json = wantsJson(program)
      const studyId = findStudy({ db, ...context }, options.study)
      const query = logQuerySchema.parse({})
      for (const way of ['undo', 'redo'] as const) {
        const given = options[way]
        if (given === undefined) continue
        const entry = z.coerce.number().int().min(1)
        const no =
          given === true ? undoSteps(db, studyId)[way] : parseOption(entry, given, `--${way}`)
        if (no === null) throw new AppError('not_found', `There is no decision to ${way}.`)
        const turn = way === 'undo' ? undoAnnotation : redoAnnotation
        turn(db, studyId, no)
        if (json) printJson({ no })
        else say(way === 'undo' ? 'Undone' : 'Stands again', `decision ${no}`)
        return
      }
      if (options.csv !== undefined) {
        fs.writeFileSync(
          options.csv,
          stringify(tableRecords(decisionTable(db, studyId, query)), TABLE_CSV),
        )
        say('Written', options.csv)
        return
      }
      if (options.log) {
        const { entries } = listDecisions(db, studyId, query)
        if (json) printJson(entries)
        else {
          printRows(
            entries.map(
              ({ no, at, author, kind: mark, removes, value, reason, rows, undoneAt }) => ({
                no,
                at: new Date(at).toISOString(),
                who: author,
                decision: MARK_WORDS[mark][removes ? 1 : 0],
                value: value ?? '',
                why: reason ?? '',
                rows,
                undone: undoneAt === null ? '' : 'yes',
              }),
            ),
            false,
          )
        }
        return
      }
      const input = parseOption(decisionInputSchema, {
        kind,
        value: options.value ?? null,
        reason: options.reason ?? null,
        removes: options.remove ?? false,
        author: options.author ?? ownName(),
      })
      if ((options.row === undefined) === (options.filter === undefined)) {
        throw new AppError('invalid_input', 'Say which rows: either --row or --filter.')
      }
      const rows =
        options.filter === undefined
          ? chosenRows(db, studyId, (options.row ?? []).map(rowOf))
          : await rowsOfFilter(
              db,
              studyId,
              parseOption(rowFilterSchema, parseFilterJson(options.filter), '--filter'),
            )
      const done = annotate(db, studyId, rows, input)
      if (json) printJson(done)
      else if (done.no === null) say('Nothing to do', 'no row changes by this decision')
      else
        say(
          'Decision',
          `${done.no}: ${done.rows} rows ${MARK_WORDS[input.kind][input.removes ? 1 : 0]}`,
        )
    })
}
