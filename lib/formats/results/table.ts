import { RESULT_UNITS, type ResultUnit } from '@/lib/contracts/results'
import { countOf, resultOf, scoreOf, stderrOf, unexpected } from './fields'
import type { FileView } from './fields'
import type { ReadingOptions, ReadResult, ResultReader, TableLine } from './types'

// What people head these columns with; the first is the one that messages name.
const COLUMNS = {
  model: ['model', 'model_name', 'student'],
  benchmark: ['benchmark', 'task', 'dataset'],
  part: ['part', 'sub_benchmark', 'subset', 'subtask'],
  metric: ['metric', 'metric_key'],
  value: ['value', 'score', 'result'],
  unit: ['unit'],
  n: ['n', 'items', 'n_samples'],
  stderr: ['stderr', 'standard_error', 'se'],
  harness: ['harness'],
  version: ['harness_version', 'version'],
  shots: ['few_shot', 'n_shot', 'num_fewshot', 'shots'],
  template: ['template_hash', 'chat_template_sha'],
  date: ['date'],
} as const
type Column = keyof typeof COLUMNS

const NEEDED = ['model', 'benchmark', 'metric', 'value'] as const

const UNITS: Record<string, ResultUnit> = {
  ...Object.fromEntries(RESULT_UNITS.map((unit) => [unit, unit])),
  '%': 'percent',
  percentage: 'percent',
}

function headOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
}

function columnsOf(header: readonly string[]): Map<Column, string> {
  const found = new Map<Column, string>()
  for (const [column, names] of Object.entries(COLUMNS)) {
    const at = header.find((name) => (names as readonly string[]).includes(headOf(name)))
    if (at !== undefined) found.set(column as Column, at)
  }
  return found
}

function unitOf(text: string, hasSign: boolean, file: FileView, place: string): ResultUnit {
  const said = UNITS[text.toLowerCase()]
  const unit = hasSign && text === '' ? 'percent' : said
  if (unit === undefined || (hasSign && unit !== 'percent')) {
    const expected = hasSign
      ? 'the unit percent beside a value with a % sign'
      : 'fraction, percent or count: add a column "unit", or say the unit of the table (0.9 may be 0.9 % or 90 %)'
    throw unexpected(file, place, expected, text)
  }
  return unit
}

function readTable(
  lines: readonly TableLine[],
  file: FileView,
  options: ReadingOptions,
): ReadResult[] {
  const names = columnsOf(Object.keys(lines[0]?.cells ?? {}))
  return lines.map(({ cells, line }) => {
    const cell = (column: Column) => cells[names.get(column) ?? '']?.trim() ?? ''
    const place = (column: Column) => `line ${line}, ${names.get(column) ?? column}`
    for (const column of NEEDED.slice(0, 3)) {
      if (cell(column) === '') throw unexpected(file, place(column), 'a name', '')
    }
    const hasSign = cell('value').endsWith('%')
    const unit = unitOf(cell('unit') || (options.unit ?? ''), hasSign, file, place('unit'))
    const n = countOf(cell('n'))
    if (n === null && cell('n') !== '') {
      throw unexpected(file, place('n'), 'a whole number of items', cell('n'))
    }
    const shots = countOf(cell('shots'))
    if (shots === null && cell('shots') !== '') {
      throw unexpected(file, place('shots'), 'a whole number of examples', cell('shots'))
    }
    const score = scoreOf(
      hasSign ? cell('value').slice(0, -1) : cell('value'),
      file,
      place('value'),
    )
    return resultOf({
      ...score,
      model: cell('model'),
      benchmark: cell('benchmark'),
      subBenchmark: cell('part') || null,
      metric: cell('metric'),
      unit,
      n,
      stderr: stderrOf(cell('stderr'), file, place('stderr')),
      harness: cell('harness') || null,
      harnessVersion: cell('version') || null,
      fewShot: shots,
      templateHash: cell('template') || null,
      date: cell('date') || null,
      isShare: n !== null && unit !== 'count',
      place: `line ${line}`,
    })
  })
}

/** A table with one number a line: model, benchmark, metric, value. */
export const resultTable: ResultReader = {
  id: 'table',
  family: 'table',
  label: 'Table',
  expects:
    'a table (CSV, tabs or Markdown) with the columns model, benchmark, metric and value; unit, n, stderr, harness, harness_version, few_shot, template_hash, part and date are read where they are there',
  container: 'table',
  endsLastLine: false,
  fits: (header) => {
    const names = columnsOf(header)
    return NEEDED.every((column) => names.has(column))
  },
  read: readTable,
}
