import fs from 'node:fs'
import type { Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import {
  COMPARE_SORTS,
  compareStateSchema,
  MAX_SIDES,
  pairState,
  type CompareIntervals,
  type CompareMetric,
  type CompareSide,
  type CompareState,
  type CompareSummary,
} from '@/lib/contracts/compare'
import { MAX_PAIRS, type ComparePage } from '@/lib/contracts/compare-pairs'
import { forestFigure, pairsOfSides, shownMetric } from '@/lib/contracts/compare-figure'
import { compareAddress, parseSide, sideNames } from '@/lib/contracts/compare-names'
import {
  comparedPairs,
  compareSentence,
  compareTable,
  latexTable,
  markdownTable,
  omnibusSentence,
  type CompareTable,
} from '@/lib/contracts/compare-report'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { AppError } from '@/lib/errors'
import { compareIntervals, comparePage, compareSummary } from '@/lib/services/compare'
import { parseOption } from '../options'
import { printCitation, printJson, printLine, printRows, say } from '../output'
import { openStudy } from '../study-command'
import { addPictureFlags, pictureFilesOf, withPictures, type PictureFlags } from '../picture-files'

interface CompareCommand extends PictureFlags {
  study: string
  a?: string
  b?: string
  side: string[]
  reference?: string
  allPairs?: boolean
  set: string[]
  operator: string[]
  metric: string[]
  length?: string
  flag?: string
  threshold?: string
  unit?: string
  cite?: true
  csv?: string
  latex?: string
  markdown?: string
  pairs?: string
  pairMetric?: string
  atLeast?: string
  only?: string
  levelA?: string
  levelB?: string
  sort?: string
  descending?: boolean
}

/** Returns the side of `small.2`, or of the word `seeds`. */
export function sideOf(text: string, option: string): Pick<CompareSide, 'arm' | 'round'> {
  if (text === SEEDS_KEY) return { arm: SEEDS_KEY, round: 0 }
  const side = parseSide(text)
  if (side) return side
  throw new AppError(
    'invalid_input',
    `${option} "${text}": write the evolver's key and the round, for example small.2, or ${SEEDS_KEY}.`,
  )
}

const NO_SIDES =
  'Name the sides: --a and --b, or --side two to six times, the first of which is the reference unless --reference names another.'

/** Returns A, B (the reference) and the further sides that the options name. */
function chosenSides({ a, b, side, reference }: CompareCommand) {
  if (side.length === 0) {
    if (a === undefined || b === undefined) throw new AppError('invalid_input', NO_SIDES)
    return { a: sideOf(a, '--a'), b: sideOf(b, '--b'), more: [] }
  }
  if (a !== undefined || b !== undefined || side.length < 2 || side.length > MAX_SIDES) {
    throw new AppError('invalid_input', NO_SIDES)
  }
  const base = reference ?? (side[0] as string)
  if (!side.includes(base)) {
    throw new AppError('invalid_input', `--reference "${base}" is none of the sides.`)
  }
  const at = side.indexOf(base)
  const [first, ...more] = side.filter((_, i) => i !== at).map((text) => sideOf(text, '--side'))
  return { a: first, b: sideOf(base, '--reference'), more }
}

const limitSchema = z.coerce.number().int().min(1).max(MAX_PAIRS)

const numberOrNull = (text: string | undefined) => (text === undefined ? null : Number(text))

function stateOf(command: CompareCommand): CompareState {
  return parseOption(
    compareStateSchema,
    {
      ...chosenSides(command),
      against: command.allPairs ? 'all' : 'reference',
      seedSets: command.set,
      operators: command.operator,
      columns: command.metric,
      column: command.pairMetric ?? null,
      lengthColumn: command.length ?? null,
      flagColumn: command.flag ?? null,
      threshold: numberOrNull(command.threshold),
      unit: command.unit,
      pairs: {
        atLeast: numberOrNull(command.atLeast),
        only: command.only ?? null,
        levelA: numberOrNull(command.levelA),
        levelB: numberOrNull(command.levelB),
      },
      sort: command.sort,
      descending: command.descending,
    },
    'compare',
  )
}

/** Prints pairs of rows of A and B with their values, as the page lists them. */
function printPairs({ column, total, rows }: ComparePage): void {
  say('pairs', `${rows.length} of ${total}${column === null ? '' : `, by ${column}`}`)
  printRows(
    rows.map(({ seedSetKey, slot, valueA, valueB, difference, a, b }) => ({
      'seed set': seedSetKey,
      seed: slot,
      A: valueA.value ?? valueA.status,
      B: valueB.value ?? valueB.status,
      'A - B': difference,
      'instruction of A': a.instruction.slice(0, SHOWN_CHARACTERS),
      'instruction of B': b.instruction.slice(0, SHOWN_CHARACTERS),
    })),
    false,
  )
}

// Two texts and five short columns fit a wide terminal; --json has the texts.
const SHOWN_CHARACTERS = 50

function writeFiles(command: CompareCommand, table: CompareTable): void {
  const { csv, latex, markdown } = command
  if (csv) fs.writeFileSync(csv, stringify(tableRecords(table), TABLE_CSV))
  if (latex) fs.writeFileSync(latex, latexTable(table))
  if (markdown) fs.writeFileSync(markdown, markdownTable(table))
}

/** Writes the forest plot of the metric that the page shows, or of `--pair-metric`; returns its title, null where none is asked for. */
async function writePictures(
  files: ReturnType<typeof pictureFilesOf>,
  studyId: string,
  state: CompareState,
  summary: CompareSummary,
  intervals: readonly CompareIntervals['intervals'][],
): Promise<string | null> {
  if (files.length === 0) return null
  const metric = shownMetric(summary, state.column)
  const lines = metric ? pairsOfSides(summary, intervals, metric.column) : []
  const result = forestFigure(summary, lines, sideNames(state))
  if (!metric || !result) {
    const what = metric?.label ?? state.column ?? 'the sides'
    throw new AppError(
      'data_error',
      `There is no difference in ${what} to draw: name a metric with values on both sides in --metric and --pair-metric.`,
    )
  }
  const path = compareAddress(studyId, { ...state, column: metric.column })
  await withPictures(async (draw) => {
    for (const { file, choices } of files) {
      fs.writeFileSync(file, (await draw({ studyId, result, choices, path })).file)
    }
  })
  return result.figure.title
}

function printControls({ label, controls }: CompareMetric): void {
  for (const control of controls.length > 1 ? controls : []) {
    const value = control.ok
      ? `${control.estimate} (95 % interval ${control.low} to ${control.high}, ${control.n} pairs, ${control.seeds} seeds)`
      : `none: ${control.reason} (${control.n} pairs)`
    say(label, `${control.pairs} pairs, length ${control.length}: ${value}`)
  }
}

async function compare(command: CompareCommand, json: boolean): Promise<void> {
  const { studyId, ...context } = openStudy(command)
  const { db } = context
  const state = stateOf(command)
  const pictures = pictureFilesOf(command)
  const limit = command.pairs === undefined ? 0 : parseOption(limitSchema, command.pairs, '--pairs')
  const summary = await compareSummary(db, studyId, state)
  const pairs = comparedPairs(summary)
  const intervals: CompareIntervals['intervals'][] = []
  for (const pair of pairs) {
    intervals.push((await compareIntervals(db, studyId, pairState(state, pair))).intervals)
  }
  const page = limit > 0 ? await comparePage(db, studyId, state, 0, limit) : null
  const names = sideNames(state)
  const table = compareTable(summary, intervals, names)
  const sentences = pairs.flatMap(({ a, b, metrics }, i) => {
    const labels = { a: `A (${names[a]})`, b: `B (${names[b]})` }
    return metrics.map((metric) =>
      compareSentence(metric, intervals[i]?.[metric.column], labels, summary.tests),
    )
  })
  const overall = summary.omnibus.map((one) => omnibusSentence(one, names.length, summary.tests))
  writeFiles(command, table)
  const drawn = await writePictures(pictures, studyId, state, summary, intervals)
  if (json) {
    printJson({
      summary,
      intervals: intervals[0],
      furtherIntervals: intervals.slice(1),
      sentences,
      overall,
      page,
    })
    return
  }
  if (command.cite) {
    printCitation(summary.citation)
    return
  }
  printRows(
    table.rows.map((row) =>
      Object.fromEntries(table.columns.map(({ key, label }) => [label, row[key] ?? null])),
    ),
    false,
  )
  for (const sentence of [...sentences, ...overall]) if (sentence) printLine(sentence)
  for (const metric of summary.metrics) printControls(metric)
  for (const { key, label, state: found } of summary.aligned > 0 ? summary.seedSets : []) {
    if (found !== 'not_aligned') continue
    say(
      label,
      `rows share no seeds, so it has no part in these numbers; unpaired with --set ${key}`,
    )
  }
  if (drawn !== null) say('Drawn', drawn)
  if (page) printPairs(page)
}

const several = (text: string, before: string[]) => [...before, text]

/** Adds `compare`. */
export function addCompareCommand(program: Command): void {
  const command = program
    .command('compare')
    .description('compare two to six sides of a study on the same seeds, as the Compare page does')
    .requiredOption('--study <name or id>', 'study')
    .option('--a <evolver.round>', 'side A, for example small.2, or seeds')
    .option('--b <evolver.round>', 'side B; differences are A minus B')
    .option(
      '--side <evolver.round>',
      'a side, given two to six times in place of --a and --b',
      several,
      [],
    )
    .option(
      '--reference <evolver.round>',
      'the side that all others are compared with; the first --side without',
    )
    .option('--all-pairs', 'compare every side with every other')
    .option('--set <key>', 'seed set; may be given several times, all without', several, [])
    .option(
      '--operator <name>',
      'only rows that this operator made count; may be given several times',
      several,
      [],
    )
    .option('--metric <column>', 'column to compare; may be given several times', several, [])
    .option('--length <column>', 'control differences for this length')
    .option('--flag <column>', 'give differences without rows flagged in this column, too')
    .option('--threshold <level>', 'lowest level that counts as a hit in the McNemar test')
    .option(
      '--unit <unit>',
      'what is resampled and tested as one: seed, instruction (the constraint of AutoIF), or a column of words',
    )
    .option('--cite', 'print a sentence and a BibTeX entry that cite the runs behind it')
    .option('--pairs <n>', `list up to n pairs of rows of A and B, at most ${MAX_PAIRS}`)
    .option(
      '--pair-metric <column>',
      'column that the listed pairs are filtered and sorted by, and that a picture draws',
    )
    .option('--at-least <difference>', 'list pairs that differ by at least this much')
    .option(
      '--only <side>',
      'list pairs in which only a, or only b, reaches the threshold or is flagged',
    )
    .option('--level-a <n>', 'list pairs with this level on side A, counted from 1')
    .option('--level-b <n>', 'list pairs with this level on side B')
    .option('--sort <order>', `order of the listed pairs: ${COMPARE_SORTS.join(', ')}`)
    .option('--descending', 'list the last of that order first')
    .option('--csv <file>', 'write the table as CSV')
    .option('--latex <file>', 'write the table as LaTeX')
    .option('--markdown <file>', 'write the table as Markdown')
  addPictureFlags(command).action((flags: CompareCommand) =>
    compare(flags, program.opts<{ json?: boolean }>().json === true),
  )
}
