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
import type { FileView } from './fields'
import type { ReadResult, ResultReader } from './types'
import type { ResultUnit } from '@/lib/contracts/results'

/** Units as files of this schema write them; a scale from 0 to 1 is not taken for a fraction where none is stated. */
const UNITS: Record<string, ResultUnit> = {
  proportion: 'fraction',
  fraction: 'fraction',
  percent: 'percent',
  percentage: 'percent',
  count: 'count',
  points: 'points',
}

function readEvaluation(value: unknown, file: FileView): ReadResult[] {
  const whole = fieldsAt(value, file, 'the file')
  const model = fieldsAt(whole['model_info'], file, 'model_info')
  const library = isFields(whole['eval_library']) ? whole['eval_library'] : {}
  const results = whole['evaluation_results']
  if (!Array.isArray(results)) throw unexpected(file, 'evaluation_results', 'a list', results)
  return results.map((raw, at) => {
    const place = `evaluation_results.${at}`
    const entry = fieldsAt(raw, file, place)
    const config = fieldsAt(entry['metric_config'], file, `${place}.metric_config`)
    const details = fieldsAt(entry['score_details'], file, `${place}.score_details`)
    const uncertainty = isFields(details['uncertainty']) ? details['uncertainty'] : {}
    const generation = isFields(entry['generation_config']) ? entry['generation_config'] : {}
    const more = isFields(generation['additional_details']) ? generation['additional_details'] : {}
    const benchmark = textOf(entry['evaluation_name'])
    const metric = textOf(config['metric_id'])
    if (benchmark === null) throw unexpected(file, `${place}.evaluation_name`, 'a name')
    if (metric === null) throw unexpected(file, `${place}.metric_config.metric_id`, 'a name')
    const error = uncertainty['standard_error']
    return resultOf({
      ...scoreOf(details['score'], file, `${place}.score_details.score`),
      model: textOf(model['id']) ?? textOf(model['name']),
      benchmark,
      metric,
      unit: UNITS[textOf(config['metric_unit'])?.toLowerCase() ?? ''] ?? 'unstated',
      n: countOf(uncertainty['num_samples']),
      stderr: stderrOf(
        isFields(error) ? error['value'] : error,
        file,
        `${place}.score_details.uncertainty.standard_error`,
      ),
      harness: textOf(library['name']),
      harnessVersion: textOf(library['version']),
      fewShot: countOf(more['num_fewshot']),
      templateHash: textOf(more['chat_template_sha']),
      date: textOf(whole['evaluation_timestamp']) ?? textOf(whole['evaluation_id']),
      place: `${place}.score_details.score`,
    })
  })
}

/** Results in the common schema Every Eval Ever. */
export const everyEvalEver: ResultReader = {
  id: 'every-eval-ever',
  family: 'every-eval-ever',
  label: 'Every Eval Ever',
  expects: 'a JSON file with model_info, evaluation_results and metric_config',
  container: 'json',
  fits: (value) => isFields(value) && 'model_info' in value && 'evaluation_results' in value,
  read: readEvaluation,
}
