import fs from 'node:fs'
import type { Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import type { FigureMeta, FigureTable } from '@/lib/contracts/figure'
import type { OptionField } from '@/lib/contracts/options'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { AppError } from '@/lib/errors'
import { describeFigure, getFigure } from '@/lib/figures'
import { coverageText } from '@/lib/figures/shared/text'
import { getDrawnValues, getStudyFigure, listStudyFigures } from '@/lib/services/figures'
import { findStudy, openContext } from '../context'
import { parseOption } from '../options'
import { printCitation, printJson, printLine, printRows, say } from '../output'

interface FigureCommand {
  study: string
  column?: string
  option: string[]
  filter: string
  cite?: true
  csv?: string
  drawn?: string
}

const SWITCH: Record<string, boolean> = { true: true, false: false, on: true, off: false }

function typed(field: OptionField, text: string): string | number | boolean {
  if (field.kind === 'choice') return text
  const value = field.kind === 'switch' ? SWITCH[text] : Number(text)
  if (value === undefined || Number.isNaN(value)) {
    const wanted = field.kind === 'switch' ? 'true or false' : 'a number'
    throw new AppError('invalid_input', `--option ${field.name}: "${text}" is not ${wanted}.`)
  }
  return value
}

/** Returns the options of a figure from `--column` and `--option name=value`; `invalid_input` names the options there are. */
function optionsOf(meta: FigureMeta, { column, option }: FigureCommand): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  if (column !== undefined) {
    const field = meta.options.find((one) => one.columns !== undefined)
    if (!field) {
      throw new AppError(
        'invalid_input',
        `${meta.title} has columns of its own: leave out --column.`,
      )
    }
    options[field.name] = column
  }
  for (const text of option) {
    const at = text.indexOf('=')
    const name = at < 0 ? text : text.slice(0, at)
    const field = meta.options.find((one) => one.name === name)
    if (!field || at < 0) {
      const names = meta.options.map((one) => one.name).join(', ')
      throw new AppError(
        'invalid_input',
        `--option "${text}": write name=value. ${meta.title} has the options ${names}.`,
      )
    }
    options[name] = typed(field, text.slice(at + 1))
  }
  return options
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('invalid_input', '--filter is not valid JSON.')
  }
}

function writeTable(file: string, table: FigureTable): void {
  fs.writeFileSync(file, stringify(tableRecords(table), TABLE_CSV))
}

async function drawFigure(figureId: string, command: FigureCommand, json: boolean): Promise<void> {
  const context = openContext()
  const studyId = findStudy(context, command.study)
  const request = {
    figureId,
    options: optionsOf(describeFigure(getFigure(figureId)), command),
    filter: parseOption(rowFilterSchema, parseJson(command.filter), '--filter'),
  }
  const result = await getStudyFigure(context.db, studyId, request)
  if (command.csv) writeTable(command.csv, result.table)
  if (command.drawn) {
    writeTable(command.drawn, await getDrawnValues(context.db, studyId, request))
  }
  if (json) {
    printJson(result)
    return
  }
  if (command.cite) {
    printCitation(result.citation)
    return
  }
  const { columns, rows } = result.table
  printLine(result.figure.title)
  if (result.reading) printLine(result.reading)
  printRows(
    rows.map((row) => Object.fromEntries(columns.map(({ key, label }) => [label, row[key]]))),
    false,
  )
  say('Rows', `${coverageText(result.prepared.counts)}.`)
  for (const note of result.prepared.notes) say('Note', note)
  for (const { label, mixed, definitions } of result.prepared.conflicts) {
    const others = mixed ? 'drawn together' : 'only the first is drawn; --option mix=true draws all'
    say('Note', `${label} has ${definitions.length} definitions: ${others}.`)
  }
  for (const { definitionHash, model } of result.cards) {
    say('Definition', ` ${definitionHash.slice(0, 10)}${model ? `, ${model}` : ''}`)
  }
}

function listFor(study: string, json: boolean): void {
  const context = openContext()
  const figures = listStudyFigures(context.db, findStudy(context, study))
  if (json) {
    printJson(figures)
    return
  }
  printRows(
    figures.map(({ id, title, available, options }) => ({
      id,
      title,
      values: available ? 'yes' : 'none yet',
      options: options.map(({ name }) => name).join(' '),
    })),
    false,
  )
}

/** Adds `figure [id]`. */
export function addFigureCommand(program: Command): void {
  program
    .command('figure')
    .description("list a study's figures, or print the numbers of one as the page draws them")
    .argument('[id]', 'figure, for example distribution')
    .requiredOption('--study <name or id>', 'study')
    .option('--column <id>', 'column to draw, for figures over any column')
    .option(
      '--option <name=value>',
      'option of the figure; may be given several times',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option('--filter <json>', 'rows to draw, as in the address of the rows page', '{}')
    .option('--cite', 'print a sentence and a BibTeX entry that cite the runs behind it')
    .option('--csv <file>', 'write the table to a file')
    .option('--drawn <file>', 'write the drawn bins and curves to a file')
    .action(async (id: string | undefined, command: FigureCommand) => {
      const json = program.opts<{ json?: boolean }>().json === true
      if (id === undefined) listFor(command.study, json)
      else await drawFigure(id, command, json)
    })
}
