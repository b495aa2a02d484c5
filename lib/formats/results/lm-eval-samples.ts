import path from 'node:path'
import type { ResultItem } from '@/lib/contracts/results'
import { fieldsAt, isFields, resultOf, shareOfItems, textOf, unexpected } from './fields'
import type { FileView } from './fields'
import { stampOf, unitOfMetric } from './lm-eval'
import type { JsonLine, ReadResult, ResultReader } from './types'

/** Returns what counts as correct in a metric's value for one item; null where it is no such value, as the parts of a perplexity. */
function outcomeOf(value: unknown): Pick<ResultItem, 'hits' | 'of'> | null {
  if (typeof value === 'boolean') return { hits: value ? 1 : 0, of: 1 }
  if (typeof value === 'number') return { hits: value, of: 1 }
  if (!Array.isArray(value) || value.length === 0) return null
  if (!value.every((flag) => typeof flag === 'boolean')) return null
  return { hits: value.filter(Boolean).length, of: value.length }
}

/** Items that are right or wrong make a share; other numbers have the unit of the metric, which may be none. */
function numberOf(metric: string, items: ResultItem[]) {
  const share = shareOfItems(items)
  const isOutcome = items.every(({ hits, of }) => Number.isInteger(hits) && hits >= 0 && hits <= of)
  if (isOutcome) return share
  const { unit } = unitOfMetric(metric.split(',')[0] ?? '')
  return { ...share, unit, k: null, isShare: false }
}

async function readSamples(lines: AsyncIterable<JsonLine>, file: FileView): Promise<ReadResult[]> {
  const base = path.posix.basename(file.name)
  const stamp = stampOf(base)
  const [, task = ''] = /^samples_(.+)_\d{4}-\d\d-\d\dT[\d.-]+\.jsonl$/.exec(base) ?? []
  if (stamp === null || task === '') {
    const expected = 'samples_<task>_<date>.jsonl, from which task and evaluation are known'
    throw unexpected(file, 'the name of the file', expected, base)
  }
  const folder = path.posix.basename(path.posix.dirname(file.name))
  const byMetric = new Map<string, Map<string, ResultItem>>()
  for await (const { value, line } of lines) {
    const sample = fieldsAt(value, file, `line ${line}`)
    const id = textOf(sample['doc_id'])
    if (id === null) throw unexpected(file, `line ${line}, doc_id`, 'the number of the item')
    const metrics = sample['metrics']
    if (!Array.isArray(metrics)) {
      throw unexpected(file, `line ${line}, metrics`, 'a list of metric names', metrics)
    }
    const filter = textOf(sample['filter']) ?? 'none'
    for (const name of metrics.filter((one): one is string => typeof one === 'string')) {
      const outcome = outcomeOf(sample[name])
      if (!outcome) continue
      const key = `${name},${filter}`
      const items = byMetric.get(key) ?? new Map<string, ResultItem>()
      byMetric.set(key, items)
      if (items.has(id)) {
        const expected = `one line for each doc_id and filter (two evaluations were written to one file: keep the lines of one)`
        throw unexpected(file, `line ${line}, doc_id`, expected, sample['doc_id'])
      }
      items.set(id, { id, hash: textOf(sample['doc_hash']), ...outcome })
    }
  }
  return [...byMetric].map(([metric, items]) =>
    resultOf({
      ...numberOf(metric, [...items.values()]),
      model: folder === '.' || folder === '' ? null : folder,
      benchmark: task,
      metric,
      harness: 'lm-evaluation-harness',
      date: stamp,
      place: `mean of ${metric} over the lines`,
    }),
  )
}

/** Items of lm-evaluation-harness (`--log_samples`): `samples_<task>_<date>.jsonl`. */
export const lmEvalSamples: ResultReader = {
  id: 'lm-eval-samples',
  family: 'lm-eval',
  label: 'lm-evaluation-harness samples',
  expects: 'samples_<task>_<date>.jsonl with doc_id, filter, metrics and one key for each metric',
  container: 'lines',
  fits: (first) => isFields(first) && 'doc_id' in first && 'metrics' in first,
  read: readSamples,
}
