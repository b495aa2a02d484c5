import fs from 'node:fs'
import os from 'node:os'
import { stringify } from 'csv-stringify/sync'
import type { Command } from 'commander'
import { z } from 'zod'
import { decisionInputSchema, decisionText, logQuerySchema } from '@/lib/contracts/decisions'
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
import { addFilterFlags, filterGiven, type FilterFlags } from '../filter-option'
import { parseOption, rowNamed } from '../options'
import { printJson, printRows, say, wantsJson } from '../output'
import { openStudy } from '../study-command'

interface MarkOptions extends FilterFlags {
  study: string
  row?: string[]
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

/** Adds `mark`. */
export function addMarkCommand(program: Command): void {
  const command = program
    .command('mark')
    .description(
      'star, keep, exclude, tag or note rows; undo and redo it; show the log of decisions',
    )
    .argument('[kind]', `${MARK_KINDS.join(', ')} (drop excludes)`)
    .requiredOption('--study <name or id>', 'study')
    .option('--row <cell.number...>', 'these rows; all rows of the study with --filter {}')
    .option('--value <text>', 'the tag, or the text of the note')
    .option('--reason <text>', 'why')
    .option('--author <name>', 'who decides; the user of this computer without it')
    .option('--remove', 'take the mark off the rows')
    .option('--undo [entry]', 'undo the last decision, or the one with this number')
    .option('--redo [entry]', 'bring back the last undone decision, or the one with this number')
    .option('--log', 'list the decisions, newest first')
    .option('--csv <file>', 'write the log as CSV')
  addFilterFlags(command).action(async (kind: string | undefined, options: MarkOptions) => {
    const { db, studyId } = openStudy(options)
    const json = wantsJson(program)
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
          entries.map(({ no, at, author, kind: mark, removes, value, reason, rows, undoneAt }) => ({
            no,
            at: new Date(at).toISOString(),
            who: author,
            decision: decisionText(mark, removes),
            value: value ?? '',
            why: reason ?? '',
            rows,
            undone: undoneAt === null ? '' : 'yes',
          })),
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
    const filter = filterGiven(options)
    if ((options.row === undefined) === (filter === undefined)) {
      throw new AppError(
        'invalid_input',
        'Say which rows: either --row, or --filter and the other flags of a filter.',
      )
    }
    const rows = filter
      ? await rowsOfFilter(db, studyId, filter)
      : chosenRows(
          db,
          studyId,
          (options.row ?? []).map((row) => rowNamed(row, '--row')),
        )
    const done = annotate(db, studyId, rows, input)
    if (json) printJson(done)
    else if (done.no === null) say('Nothing to do', 'no row changes by this decision')
    else say('Decision', `${done.no}: ${done.rows} rows ${decisionText(input.kind, input.removes)}`)
  })
}
