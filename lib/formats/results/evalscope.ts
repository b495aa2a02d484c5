import { countOf, fieldsAt, isFields, resultOf, scoreOf, textOf, unexpected } from './fields'
import type { Fields, FileView } from './fields'
import type { ReadResult, ResultReader } from './types'

// Means of right and wrong over the items, and means of numbers between 0 and 1. Others may be ratings on any scale.
const OVER_ITEMS = /^(?:mean_)?(?:acc|exact_match|prompt_level_(?:strict|loose)|averageaccuracy)$/i
const FRACTIONS = /^(?:mean_)?(?:inst_level_(?:strict|loose)|f1|pass@\d+|pass_at_\d+)$/i

function listAt(value: unknown, file: FileView, place: string): Fields[] {
  if (!Array.isArray(value)) throw unexpected(file, place, 'a list', value)
  return value.map((one, at) => fieldsAt(one, file, `${place}.${at}`))
}

function metricName(metric: Fields, file: FileView, place: string): string {
  const { name, identity } = metric
  const found = textOf(name) ?? textOf(isFields(identity) ? identity['name'] : identity)
  if (found === null) throw unexpected(file, `${place}.name`, 'the name of a metric', name)
  return found
}

/** A score over no items is written as 0 and is none. */
function scoreOver(n: number | null, entry: Fields, file: FileView, place: string) {
  return scoreOf(n === 0 ? null : entry['score'], file, `${place}.score`)
}

function subsetsOf(metric: Fields, file: FileView, place: string) {
  if (metric['categories'] === undefined) return []
  return listAt(metric['categories'], file, `${place}.categories`).flatMap((category, c) => {
    const at = `${place}.categories.${c}.subsets`
    const { name } = category
    const named = (Array.isArray(name) ? name : [name]).flatMap((part) => textOf(part) ?? [])
    return listAt(category['subsets'], file, at).flatMap((entry, s) => {
      const own = textOf(entry['name'])
      if (own === null) throw unexpected(file, `${at}.${s}.name`, 'a name', entry['name'])
      const isDerived = entry['is_aggregate'] === true
      return isDerived ? [] : { entry, category: named.join('/'), own, place: `${at}.${s}` }
    })
  })
}

function readReport(value: unknown, file: FileView): ReadResult[] {
  const whole = fieldsAt(value, file, 'the file')
  const benchmark = textOf(whole['dataset_name'])
  if (benchmark === null) throw unexpected(file, 'dataset_name', 'a name', whole['dataset_name'])
  const shared = { model: textOf(whole['model_name']), benchmark, harness: 'evalscope' }
  return listAt(whole['metrics'], file, 'metrics').flatMap((metric, m) => {
    const place = `metrics.${m}`
    const name = metricName(metric, file, place)
    const isOverItems = OVER_ITEMS.test(name)
    const unit = isOverItems || FRACTIONS.test(name) ? 'fraction' : 'unstated'
    const subsets = subsetsOf(metric, file, place)
    const categories = new Set(subsets.map(({ category }) => category))
    const n = countOf(metric['num'])
    const result = (entry: Fields, size: number | null, at: string, sub: string | null) =>
      resultOf({
        ...shared,
        ...scoreOver(size, entry, file, at),
        subBenchmark: sub,
        metric: name,
        unit,
        n: size,
        // Over several subsets it is a mean of rounded means, which need not be a whole number of items.
        isShare: isOverItems && size !== null && (sub !== null || subsets.length < 2),
        place: `${at}.score`,
      })
    const parts = subsets.length < 2 ? [] : subsets
    return [
      result(metric, n, place, null),
      ...parts.map(({ entry, category, own, place: at }) => {
        const sub = categories.size > 1 && category !== '' ? `${category}/${own}` : own
        return result(entry, countOf(entry['num']), at, sub)
      }),
    ]
  })
}

/** Reports of EvalScope: `reports/<model>/<dataset>.json`, both versions. */
export const evalScope: ResultReader = {
  id: 'evalscope',
  family: 'evalscope',
  label: 'EvalScope',
  expects: 'reports/<model>/<dataset>.json with dataset_name, model_name and metrics',
  container: 'json',
  fits: (value) =>
    isFields(value) && 'dataset_name' in value && 'model_name' in value && 'metrics' in value,
  read: readReport,
}
