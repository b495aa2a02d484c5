import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { FIGURE_QUESTIONS, type FigureMeta, type FigureTable } from '@/lib/contracts/figure'
import type { OptionField } from '@/lib/contracts/options'
import { panelRangeSchema } from '@/lib/contracts/picture'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { AppError, type ErrorCode } from '@/lib/errors'
import { describeFigure, getFigure, listFigures } from '@/lib/figures'
import { pageRanges, partOf } from '@/lib/figures/shared/part'
import { coverageText } from '@/lib/figures/shared/text'
import { getDrawnValues, getStudyFigure, listStudyFigures } from '@/lib/services/figures'
import { parseOption } from '../options'
import { addFilterFlags, filterFrom, type FilterFlags } from '../filter-option'
import { addPictureFlags, pictureFilesOf, withPictures, type PictureFlags } from '../picture-files'
import { printCitation, printJson, printLine, printRows, say } from '../output'
import { openStudy } from '../study-command'

interface FigureCommand extends PictureFlags, FilterFlags {
  study?: string
  list?: true
  all?: true
  column?: string
  option: string[]
  cite?: true
  csv?: string
  drawn?: string
  panels?: string
}

// What one figure lacks, such as a column to be chosen or values; all else stops the whole.
const LEFT_OUT = new Set<ErrorCode>(['invalid_input', 'not_found', 'data_error'])

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

/** Says in which parts a picture that is taller than a page would fit. */
function sayTall(file: string, ranges: readonly string[]): void {
  const [first] = ranges
  if (first === undefined) return
  say(
    'Note',
    `${file} is taller than a page: --panels ${first} draws what fits, then ${ranges.slice(1).join(', ')}.`,
  )
}

function writeTable(file: string, table: FigureTable): void {
  fs.writeFileSync(file, stringify(tableRecords(table), TABLE_CSV))
}

/** Opens the study that a command names. */
function studyOf({ study }: FigureCommand) {
  if (study === undefined) {
    throw new AppError('invalid_input', 'Say which study to draw: --study <name or id>.')
  }
  return openStudy({ study })
}

async function drawFigure(figureId: string, command: FigureCommand, json: boolean): Promise<void> {
  const pictures = pictureFilesOf(command)
  if (command.panels !== undefined) parseOption(panelRangeSchema, command.panels, '--panels')
  const { db, studyId } = studyOf(command)
  const request = {
    figureId,
    options: optionsOf(describeFigure(getFigure(figureId)), command),
    filter: filterFrom(command),
  }
  const result = await getStudyFigure(db, studyId, request)
  if (command.csv) writeTable(command.csv, result.table)
  if (command.drawn) {
    writeTable(command.drawn, await getDrawnValues(db, studyId, request))
  }
  await withPictures(async (draw) => {
    const shown = partOf(result, command.panels)
    for (const { file, choices } of pictures) {
      const picture = await draw({ studyId, result: shown, choices })
      fs.writeFileSync(file, picture.file)
      sayTall(file, pageRanges(shown, picture.heightMm))
    }
  })
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

/** Returns the figures there are; of a study also whether each has values. */
function listOf(command: FigureCommand): (FigureMeta & { available?: boolean })[] {
  if (command.study === undefined) return listFigures().map((figure) => describeFigure(figure))
  const { db, studyId } = studyOf(command)
  return listStudyFigures(db, studyId)
}

function printList(command: FigureCommand, json: boolean): void {
  const figures = listOf(command)
  if (json) {
    printJson(figures)
    return
  }
  printRows(
    figures.map(({ id, title, question, available, options }) => ({
      id,
      title,
      ...(available === undefined ? {} : { values: available ? 'yes' : 'none yet' }),
      options: options.map(({ name }) => name).join(' '),
      question: FIGURE_QUESTIONS[question],
    })),
    false,
  )
}

/** Draws every figure that has something to draw into folders: `<folder>/<id>.svg`. */
async function drawAll(command: FigureCommand): Promise<void> {
  const folders = pictureFilesOf(command)
  if (folders.length === 0) {
    throw new AppError('invalid_input', '--all needs a folder: --svg, --pdf or --png <folder>.')
  }
  const { db, studyId } = studyOf(command)
  const filter = filterFrom(command)
  for (const { file } of folders) fs.mkdirSync(file, { recursive: true })
  await withPictures(async (draw) => {
    for (const { id, available } of listStudyFigures(db, studyId)) {
      try {
        const request = { figureId: id, options: {}, filter }
        const result = available ? await getStudyFigure(db, studyId, request) : null
        for (const { file: folder, choices } of result ? folders : []) {
          const file = path.join(folder, `${id}.${choices.format}`)
          const picture = result && (await draw({ studyId, result, choices }))
          if (picture) fs.writeFileSync(file, picture.file)
          say('Written', file)
          if (result && picture) sayTall(file, pageRanges(result, picture.heightMm))
        }
        if (!result) say('Left out', `${id} has no values yet`)
      } catch (error) {
        const isOfFigure = error instanceof AppError && LEFT_OUT.has(error.code)
        if (!isOfFigure) throw error
        say('Left out', `${id}: ${error.message}`)
      }
    }
  })
}

/** Adds `figure [id]`. */
export function addFigureCommand(program: Command): void {
  const figure = program
    .command('figure')
    .alias('figures')
    .description(
      'list the figures, print the numbers of one as the page draws them, or write pictures',
    )
    .argument('[id]', 'figure, for example distribution')
    .option('--study <name or id>', 'study')
    .option('--list', 'list the figures with their options; with --study also which have values')
    .option('--all', 'every figure that has values; --svg, --pdf and --png name folders')
    .option('--column <id>', 'column to draw, for figures over any column')
    .option(
      '--option <name=value>',
      'option of the figure; may be given several times',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option('--cite', 'print a sentence and a BibTeX entry that cite the runs behind it')
    .option(
      '--panels <from-to>',
      'draw these panels alone, where a picture would be taller than a page',
    )
    .option('--csv <file>', 'write the table to a file')
    .option('--drawn <file>', 'write the drawn bins and curves, or all results, to a file')
  addPictureFlags(addFilterFlags(figure)).action(
    async (id: string | undefined, command: FigureCommand) => {
      const json = program.opts<{ json?: boolean }>().json === true
      if (command.all) await drawAll(command)
      else if (id === undefined || command.list) printList(command, json)
      else await drawFigure(id, command, json)
    },
  )
}
