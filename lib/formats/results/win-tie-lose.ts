import { stringify } from 'csv-stringify/sync'
import { countOf, resultOf, unexpected, type FileView } from './fields'
import type { ReadResult, ResultReader, TableLine } from './types'

const OUTCOMES = {
  win: ['win', 'wins', 'n_wins'],
  tie: ['tie', 'ties', 'draw', 'draws', 'n_draws'],
  lose: ['lose', 'loss', 'losses', 'n_losses', 'n_wins_base'],
} as const
type Outcome = keyof typeof OUTCOMES
const KEYS = Object.keys(OUTCOMES) as Outcome[]

const MODEL = ['model', 'name', 'label', 'comparison', 'student']
const BENCHMARK = ['benchmark', 'task', 'dataset', 'prompts']
const AGAINST = ['against', 'baseline', 'reference', 'versus', 'vs']
/** What prompts are called that have no name of their own. */
const UNNAMED = 'Pairwise comparison'

function columnOf(header: readonly string[], names: readonly string[]): string | null {
  return header.find((name) => names.includes(name.trim().toLowerCase())) ?? null
}

function countAt(file: FileView, line: TableLine, column: string): number | null {
  const written = line.cells[column]?.trim() ?? ''
  const value = countOf(written)
  if (value === null && written !== '') {
    throw unexpected(file, `line ${line.line}, ${column}`, 'a whole number of prompts', written)
  }
  return value
}

/** Returns the results of one comparison: the counts of its three outcomes, over the prompts that they make together. */
export function outcomeResults(
  counts: Readonly<Record<Outcome, number | null>>,
  facts: Pick<ReadResult, 'benchmark' | 'place'> & Partial<ReadResult>,
): ReadResult[] {
  const { win, tie, lose } = counts
  // Without one of the three it is not known how many prompts there were.
  const n = win === null || tie === null || lose === null ? null : win + tie + lose
  return KEYS.map((metric) => {
    const value = counts[metric]
    return resultOf({
      ...facts,
      metric,
      value,
      missing: value === null ? 'not_reported' : null,
      written: value === null ? '' : String(value),
      unit: 'count',
      n,
    })
  })
}

function readOutcomes(lines: readonly TableLine[], file: FileView): ReadResult[] {
  const header = Object.keys(lines[0]?.cells ?? {})
  const at = (names: readonly string[]) => columnOf(header, names)
  const [model, benchmark, against] = [at(MODEL), at(BENCHMARK), at(AGAINST)]
  return lines.flatMap((line) => {
    const cell = (column: string | null) =>
      column === null ? '' : (line.cells[column]?.trim() ?? '')
    const other = cell(against)
    const counted = (outcome: Outcome) => countAt(file, line, at(OUTCOMES[outcome]) ?? '')
    return outcomeResults(
      { win: counted('win'), tie: counted('tie'), lose: counted('lose') },
      {
        model: cell(model) || `line ${line.line}`,
        benchmark: cell(benchmark) || UNNAMED,
        subBenchmark: other === '' ? null : `against ${other}`,
        place: `line ${line.line}`,
      },
    )
  })
}

/** A table of wins, ties and losses, one comparison a line. */
export const winTieLoseTable: ResultReader = {
  id: 'win-tie-lose',
  family: 'table',
  label: 'Wins, ties and losses',
  expects:
    'a table with the columns win, tie and lose, and model, against and benchmark where they are known; pasted lines of three numbers are read as such a table',
  container: 'table',
  endsLastLine: false,
  fits: (header) => KEYS.every((outcome) => columnOf(header, OUTCOMES[outcome]) !== null),
  read: readOutcomes,
}

const COUNTS = /^(?:(.*?\S)\s*[:,;\t ]\s*)?(\d+)\s*[,;/\t ]\s*(\d+)\s*[,;/\t ]\s*(\d+)$/

/** Returns lines of "name: win tie lose" as a table with a header, null where any line is something else. */
export function tableOfCounts(text: string): string | null {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const found = lines.filter((line) => line !== '').map((line) => COUNTS.exec(line))
  if (found.length === 0 || found.some((one) => one === null)) return null
  const rows = found.map((one, at) => {
    const [, name, ...counts] = one ?? []
    return [name ?? `comparison ${at + 1}`, ...counts]
  })
  return stringify([['model', 'win', 'tie', 'lose'], ...rows])
}
