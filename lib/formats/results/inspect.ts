import type { ResultItem } from '@/lib/contracts/results'
import {
  countOf,
  fieldsAt,
  isFields,
  resultOf,
  scoreOf,
  stderrOf,
  textOf,
  unexpected,
} from './fields'
import type { Fields, FileView } from './fields'
import type { ReadResult, ResultReader } from './types'

/** What Inspect's own accuracy makes of a verdict: correct, incorrect, and the numbers themselves. */
const HITS = new Map<unknown, number>([
  ['C', 1],
  ['I', 0],
  ['N', 0],
  [true, 1],
  [false, 0],
  [1, 1],
  [0, 0],
])

/** Outcomes of the items under one scorer; null where there are none, or one is no plain right or wrong. */
function itemsOf(samples: unknown, scorer: string, file: FileView): ResultItem[] | null {
  if (!Array.isArray(samples) || samples.length === 0) return null
  const items: ResultItem[] = []
  const seen = new Set<string>()
  for (const [at, raw] of samples.entries()) {
    const sample = fieldsAt(raw, file, `samples.${at}`)
    const score = isFields(sample['scores']) ? sample['scores'][scorer] : undefined
    const hits = isFields(score) ? HITS.get(score['value']) : undefined
    const id = textOf(sample['id'])
    // An item that was asked several times has no single outcome.
    if (hits === undefined || id === null || seen.has(id)) return null
    seen.add(id)
    items.push({ id, hash: null, hits, of: 1 })
  }
  return items
}

function shareOf(items: readonly ResultItem[] | null): number {
  const list = items ?? []
  return list.reduce((sum, { hits }) => sum + hits, 0) / list.length
}

// Accuracy and the mean of its items differ by rounding only.
const SAME = 1e-9

function readScore(raw: unknown, at: number, whole: Fields, file: FileView): ReadResult[] {
  const place = `results.scores.${at}`
  const score = fieldsAt(raw, file, place)
  const name = textOf(score['name'])
  if (name === null) throw unexpected(file, `${place}.name`, 'the name of a score', score['name'])
  const evaluation = fieldsAt(whole['eval'], file, 'eval')
  const benchmark = textOf(evaluation['task'])
  if (benchmark === null) throw unexpected(file, 'eval.task', 'a name', evaluation['task'])
  const packages = isFields(evaluation['packages']) ? evaluation['packages'] : {}
  const metrics = fieldsAt(score['metrics'], file, `${place}.metrics`)
  const valueAt = (metric: string) => {
    const key = `${place}.metrics.${metric}`
    return fieldsAt(metrics[metric], file, key)['value']
  }
  const means = ['accuracy', 'mean'].filter((metric) => metric in metrics)
  const scored = countOf(score['scored_samples'])
  return Object.keys(metrics)
    .filter((metric) => !(metric === 'stderr' && means.length === 1))
    .map((metric) => {
      const number = scoreOf(valueAt(metric), file, `${place}.metrics.${metric}.value`)
      const isAccuracy = metric === 'accuracy'
      const own = isAccuracy ? itemsOf(whole['samples'], name, file) : null
      const items = own && Math.abs(shareOf(own) - (number.value ?? NaN)) < SAME ? own : null
      const hasError = means.length === 1 && means[0] === metric && 'stderr' in metrics
      return resultOf({
        ...number,
        model: textOf(evaluation['model']),
        benchmark,
        metric: `${name}/${metric}`,
        unit: isAccuracy ? 'fraction' : 'unstated',
        n: scored ?? items?.length ?? null,
        k: items ? items.filter(({ hits }) => hits > 0).length : null,
        isShare: items !== null,
        stderr: hasError
          ? stderrOf(valueAt('stderr'), file, `${place}.metrics.stderr.value`)
          : null,
        harness: 'inspect_ai',
        harnessVersion: textOf(packages['inspect_ai']),
        date: textOf(evaluation['created']),
        items,
        place: `${place}.metrics.${metric}.value`,
      })
    })
}

// Inspect raises the version when the shape of the log changes.
const VERSIONS = new Set<unknown>([1, 2])

function readLog(value: unknown, file: FileView): ReadResult[] {
  const whole = fieldsAt(value, file, 'the file')
  const { status, version = 1 } = whole
  if (!VERSIONS.has(version)) {
    const expected =
      '1 or 2, the versions of Inspect logs that are read (convert it with an Inspect that writes them: inspect log convert --to json)'
    throw unexpected(file, 'version', expected, version)
  }
  if (status !== 'success') {
    throw unexpected(file, 'status', '"success" (the evaluation did not end, or failed)', status)
  }
  const results = fieldsAt(whole['results'], file, 'results')
  const { scores } = results
  if (!Array.isArray(scores)) throw unexpected(file, 'results.scores', 'a list', scores)
  return scores.flatMap((score, at) => readScore(score, at, whole, file))
}

/** Logs of Inspect: `.eval`, or as JSON (`inspect log convert --to json`). */
export const inspectLog: ResultReader = {
  id: 'inspect',
  family: 'inspect',
  label: 'Inspect',
  expects: 'a .eval log, or one as JSON, with status, eval.task and results.scores',
  container: 'json',
  fits: (value) =>
    isFields(value) && isFields(value['eval']) && 'status' in value && 'plan' in value,
  read: readLog,
}
