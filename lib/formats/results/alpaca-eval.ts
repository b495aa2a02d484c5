import { countOf, resultOf, scoreOf, unexpected } from './fields'
import type { FileView } from './fields'
import type { ReadResult, ResultReader, TableLine } from './types'

const SCORES = [
  { metric: 'win_rate', unit: 'percent', stderr: 'standard_error' },
  { metric: 'discrete_win_rate', unit: 'percent', stderr: null },
  { metric: 'length_controlled_winrate', unit: 'percent', stderr: 'lc_standard_error' },
  { metric: 'avg_length', unit: 'count', stderr: null },
] as const

function readLeaderboard(lines: readonly TableLine[], file: FileView): ReadResult[] {
  return lines.flatMap(({ cells, line }) => {
    // The index of the table has no name of its own.
    const model = (cells[''] ?? cells['name'] ?? cells['model'] ?? '').trim()
    if (model === '')
      throw unexpected(file, `line ${line}, first column`, 'the name of a model', '')
    return SCORES.filter(({ metric }) => metric in cells).map(({ metric, unit, stderr }) => {
      const place = `line ${line}, ${metric}`
      return resultOf({
        ...scoreOf(cells[metric], file, place),
        model,
        benchmark: 'alpaca_eval',
        metric,
        unit,
        n: countOf(cells['n_total']?.replace(/\.0$/, '')),
        stderr:
          stderr === null ? null : scoreOf(cells[stderr], file, `line ${line}, ${stderr}`).value,
        harness: 'alpaca_eval',
        place,
      })
    })
  })
}

/** The leaderboard of AlpacaEval: `leaderboard.csv`, in percent. */
export const alpacaEval: ResultReader = {
  id: 'alpaca-eval',
  family: 'alpaca-eval',
  label: 'AlpacaEval',
  expects: 'leaderboard.csv with the model in the first column, win_rate and n_total',
  container: 'table',
  endsLastLine: true,
  fits: (header) => header.includes('win_rate') && header.includes('n_total'),
  read: readLeaderboard,
}
