import { countOf, fieldsAt, isFields, resultOf, scoreOf, stderrOf, textOf } from './fields'
import type { Fields, FileView } from './fields'
import { stampOf, unitOfMetric } from './lm-eval'
import type { ReadResult, ResultReader } from './types'

// Its own names for means of right and wrong over the items.
const OVER_ITEMS = /^(?:em|qem|pem|pqem|extractive_match)$/

interface Task {
  benchmark: string
  sub: string | null
  fewShot: number | null
}

/** `suite|task|5`, `task|5` and `suite|task|5|0`; a part of a benchmark follows a colon, `_average` is the mean of all. */
function taskOf(key: string): Task {
  const parts = key.split('|')
  const at = parts.findIndex((part, i) => i > 0 && /^\d+$/.test(part))
  const name = parts[at === -1 ? parts.length - 1 : at - 1] ?? key
  const [benchmark = name, ...sub] = name.split(':')
  const part = sub.join(':')
  return {
    benchmark,
    sub: part === '' || part === '_average' ? null : part,
    fewShot: at === -1 ? null : countOf(parts[at]),
  }
}

function itemsOf(configs: Fields, key: string): number | null {
  const bare = key.replace(/(?:\|\d+)+$/, '')
  const config = [configs[key], configs[bare]].find(isFields)
  return config ? countOf(config['effective_num_docs']) : null
}

function readResults(value: unknown, file: FileView): ReadResult[] {
  const whole = fieldsAt(value, file, 'the file')
  const general = fieldsAt(whole['config_general'], file, 'config_general')
  const configs = isFields(whole['config_tasks']) ? whole['config_tasks'] : {}
  const results = fieldsAt(whole['results'], file, 'results')
  const shared = {
    model: textOf(general['model_name']),
    harness: 'lighteval',
    harnessVersion: textOf(general['lighteval_sha']),
    date: stampOf(file.name),
  }
  // The mean of all tasks is of no benchmark.
  const tasks = Object.entries(results).filter(([key]) => key !== 'all')
  return tasks.flatMap(([key, raw]) => {
    const entry = fieldsAt(raw, file, `results.${key}`)
    const { benchmark, sub, fewShot } = taskOf(key)
    const n = itemsOf(configs, key)
    const names = Object.keys(entry).filter((name) => !name.endsWith('_stderr'))
    return names.map((metric) => {
      const place = `results.${key}.${metric}`
      const isOwn = OVER_ITEMS.test(metric)
      const { unit, isShare } = unitOfMetric(metric)
      return resultOf({
        ...shared,
        ...scoreOf(entry[metric], file, place),
        benchmark,
        subBenchmark: sub,
        metric,
        unit: isOwn ? 'fraction' : unit,
        n,
        isShare: (isOwn || isShare) && n !== null,
        stderr: stderrOf(entry[`${metric}_stderr`], file, `${place}_stderr`),
        fewShot,
        place,
      })
    })
  })
}

/** Results of lighteval: `results_<date>.json`. */
export const lightEval: ResultReader = {
  id: 'lighteval',
  family: 'lighteval',
  label: 'lighteval',
  expects: 'results_<date>.json with config_general and results.<task>|<examples>',
  container: 'json',
  fits: (value) => isFields(value) && isFields(value['results']) && 'config_general' in value,
  read: readResults,
}
