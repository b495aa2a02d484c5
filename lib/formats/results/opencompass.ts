import path from 'node:path'
import type { ResultUnit } from '@/lib/contracts/results'
import { isFields, resultOf, scoreOf, unexpected } from './fields'
import type { FileView } from './fields'
import type { ReadResult, ResultReader, TableLine } from './types'

const HARNESS = 'opencompass'
// FollowBench alone is written as fractions; counts are counts.
const FRACTIONS = /^(?:HSR|SSR)_(?:AVG|L[1-5])$/
const COUNTS = /^(?:pass|timeout|failed|wrong_answer)$/
// On scales of their own.
const NO_SHARES = /ppl|perplexity|loss|bits|length|tokens|time|rating|reward|elo/i

function unitOf(metric: string): ResultUnit {
  if (FRACTIONS.test(metric)) return 'fraction'
  if (COUNTS.test(metric)) return 'count'
  return NO_SHARES.test(metric) ? 'unstated' : 'percent'
}

/** `results/<model>/<dataset>.json` of a run's folder. */
function placeOf(file: FileView): { model: string; dataset: string; date: string | null } {
  const parts = file.name.split('/')
  const [model, base] = parts.slice(-2)
  if (parts.length < 2 || model === undefined || base === undefined) {
    const expected = 'results/<model>/<dataset>.json: import the folder, which names model and set'
    throw unexpected(file, 'the name of the file', expected, file.name)
  }
  const date = parts.find((name) => /^\d{8}_\d{6}$/.test(name)) ?? null
  return { model, dataset: base.replace(/\.json$/, ''), date }
}

function readResult(value: unknown, file: FileView): ReadResult[] {
  const { model, dataset: benchmark, date } = placeOf(file)
  const shared = { model, benchmark, harness: HARNESS, date }
  if (!isFields(value)) throw unexpected(file, 'the file', 'an object of numbers', value)
  if ('error' in value) {
    const score = scoreOf(value, file, 'error')
    return [resultOf({ ...shared, ...score, metric: 'error', unit: 'unstated', place: 'error' })]
  }
  return Object.entries(value)
    .filter(([key]) => key !== 'details')
    .map(([metric, raw]) =>
      resultOf({
        ...shared,
        ...scoreOf(raw, file, metric),
        metric,
        unit: unitOf(metric),
        place: metric,
      }),
    )
}

function readSummary(lines: readonly TableLine[], file: FileView): ReadResult[] {
  const date = /(\d{8}_\d{6})/.exec(path.posix.basename(file.name))?.[1] ?? null
  const known = new Set(['dataset', 'version', 'metric', 'mode'])
  return lines.flatMap(({ cells, line }) => {
    const { dataset: benchmark = '', metric = '', version = '-', mode = '' } = cells
    return Object.keys(cells)
      .filter((name) => !known.has(name))
      .flatMap((model) => {
        const place = `line ${line}, ${model}`
        const score = scoreOf(cells[model], file, place)
        // A heading of the table has neither a metric nor numbers.
        if (metric === '-' && score.value === null) return []
        return resultOf({
          ...score,
          model,
          benchmark,
          metric,
          // The version is a hash of the prompt; the mode says how its answers are read.
          templateHash: version === '-' ? null : `prompt ${version}, ${mode}`,
          unit: unitOf(metric),
          harness: HARNESS,
          date,
          place,
        })
      })
  })
}

/** One result of OpenCompass: `results/<model>/<dataset>.json`, in percent. */
export const openCompassResult: ResultReader = {
  id: 'opencompass',
  family: 'opencompass',
  label: 'OpenCompass',
  expects: 'results/<model>/<dataset>.json with {metric: number} or {error}',
  container: 'json',
  fits: (value, { name }) =>
    /(?:^|\/)results\/[^/]+\/[^/]+\.json$/.test(name) &&
    isFields(value) &&
    ('error' in value ||
      Object.entries(value).some(([key, one]) => key !== 'details' && typeof one === 'number')),
  read: readResult,
}

/** The summary of OpenCompass: `summary_<time>.csv`, one column a model. */
export const openCompassSummary: ResultReader = {
  id: 'opencompass-summary',
  family: 'opencompass',
  label: 'OpenCompass summary',
  expects: 'summary_<time>.csv with dataset, version, metric, mode and one column a model',
  container: 'table',
  endsLastLine: true,
  fits: (header) => ['dataset', 'version', 'metric', 'mode'].every((name) => header.includes(name)),
  read: readSummary,
}
