import path from 'node:path'
import { resultOf, scoreOf, unexpected } from './fields'
import type { FileView } from './fields'
import type { ReadResult, ResultReader, TableLine } from './types'

function readScores(lines: readonly TableLine[], file: FileView): ReadResult[] {
  const base = path.posix.basename(file.name)
  const [, type, score] =
    /^(content|situation|style|format|mixed|example)\w*?_(hsr|ssr|csl|rule_based)\.csv$/.exec(
      base,
    ) ?? []
  if (type === undefined || score === undefined) {
    const expected = '<type>_hsr.csv, <type>_ssr.csv or <type>_csl.csv: the table does not tell'
    throw unexpected(file, 'the name of the file', expected, base)
  }
  return lines.flatMap(({ cells, line }) =>
    Object.keys(cells)
      .filter((name) => name !== 'model_name')
      .map((name) => {
        const place = `line ${line}, ${name}`
        return resultOf({
          ...scoreOf(cells[name]?.replace(/%$/, ''), file, place),
          model: cells['model_name'] ?? null,
          benchmark: 'followbench',
          subBenchmark: type,
          metric: name === 'CSL' ? 'csl' : `${score} ${name}`,
          // CSL counts the levels that are satisfied in a row; everything else is written in percent.
          unit: name === 'CSL' ? 'count' : 'percent',
          harness: 'followbench',
          place,
        })
      }),
  )
}

/** Results of FollowBench's own scripts: one table a type of constraint, in percent. */
export const followBench: ResultReader = {
  id: 'followbench',
  family: 'followbench',
  label: 'FollowBench',
  expects: '<type>_hsr.csv, <type>_ssr.csv or <type>_csl.csv with model_name and levels or CSL',
  container: 'table',
  endsLastLine: true,
  fits: (header) =>
    header.includes('model_name') &&
    header.some((name) => name === 'CSL' || /^level \d$/.test(name)),
  read: readScores,
}
