import fs from 'node:fs'
import type { Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { compareStateSchema, type CompareSide } from '@/lib/contracts/compare'
import {
  compareSentence,
  compareTable,
  latexTable,
  markdownTable,
  type CompareTable,
} from '@/lib/contracts/compare-report'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { AppError } from '@/lib/errors'
import { compareIntervals, compareSummary } from '@/lib/services/compare'
import { findStudy, openContext } from '../context'
import { parseOption } from '../options'
import { printJson, printLine, printRows, say } from '../output'

interface CompareCommand {
  study: string
  a: string
  b: string
  set: string[]
  metric: string[]
  length?: string
  flag?: string
  threshold?: string
  csv?: string
  latex?: string
  markdown?: string
}

/** Returns the side of `small.2`, or of the word `seeds`. */
export function sideOf(text: string, option: string): Pick<CompareSide, 'arm' | 'round'> {
  if (text === SEEDS_KEY) return { arm: SEEDS_KEY, round: 0 }
  const at = text.lastIndexOf('.')
  const round = Number(text.slice(at + 1))
  if (at > 0 && text.length > at + 1 && Number.isInteger(round) && round >= 0) {
    return { arm: text.slice(0, at), round }
  }
  throw new AppError(
    'invalid_input',
    `${option} "${text}": write the evolver's key and the round, for example small.2, or ${SEEDS_KEY}.`,
  )
}

function writeFiles(command: CompareCommand, table: CompareTable): void {
  const { csv, latex, markdown } = command
  if (csv) fs.writeFileSync(csv, stringify(tableRecords(table), TABLE_CSV))
  if (latex) fs.writeFileSync(latex, latexTable(table))
  if (markdown) fs.writeFileSync(markdown, markdownTable(table))
}

async function compare(command: CompareCommand, json: boolean): Promise<void> {
  const context = openContext()
  const studyId = findStudy(context, command.study)
  const state = parseOption(
    compareStateSchema,
    {
      a: sideOf(command.a, '--a'),
      b: sideOf(command.b, '--b'),
      seedSets: command.set,
      columns: command.metric,
      lengthColumn: command.length ?? null,
      flagColumn: command.flag ?? null,
      threshold: command.threshold === undefined ? null : Number(command.threshold),
    },
    'compare',
  )
  const summary = await compareSummary(context.db, studyId, state)
  const { intervals } = await compareIntervals(context.db, studyId, state)
  const table = compareTable(summary, intervals)
  const labels = { a: `A (${command.a})`, b: `B (${command.b})` }
  const sentences = summary.metrics.map((metric) =>
    compareSentence(metric, intervals[metric.column], labels, summary.tests),
  )
  writeFiles(command, table)
  if (json) {
    printJson({ summary, intervals, sentences })
    return
  }
  printRows(
    table.rows.map((row) =>
      Object.fromEntries(table.columns.map(({ key, label }) => [label, row[key] ?? null])),
    ),
    false,
  )
  for (const sentence of sentences) if (sentence) printLine(sentence)
  for (const metric of summary.metrics) {
    const { label, controls } = metric
    for (const control of controls.length > 1 ? controls : []) {
      const value = control.ok
        ? `${control.estimate} (95 % interval ${control.low} to ${control.high}, ${control.n} pairs, ${control.seeds} seeds)`
        : `none: ${control.reason} (${control.n} pairs)`
      say(label, `${control.pairs} pairs, length ${control.length}: ${value}`)
    }
  }
}

const several = (text: string, before: string[]) => [...before, text]

/** Adds `compare`. */
export function addCompareCommand(program: Command): void {
  program
    .command('compare')
    .description('compare two sides of a study on the same seeds, as the Compare page does')
    .requiredOption('--study <name or id>', 'study')
    .requiredOption('--a <evolver.round>', 'side A, for example small.2, or seeds')
    .requiredOption('--b <evolver.round>', 'side B')
    .option('--set <key>', 'seed set; may be given several times, all without', several, [])
    .option('--metric <column>', 'column to compare; may be given several times', several, [])
    .option('--length <column>', 'control differences for this length')
    .option('--flag <column>', 'give differences without rows flagged in this column, too')
    .option('--threshold <level>', 'lowest level that counts as a hit in the McNemar test')
    .option('--csv <file>', 'write the table as CSV')
    .option('--latex <file>', 'write the table as LaTeX')
    .option('--markdown <file>', 'write the table as Markdown')
    .action((command: CompareCommand) =>
      compare(command, program.opts<{ json?: boolean }>().json === true),
    )
}
