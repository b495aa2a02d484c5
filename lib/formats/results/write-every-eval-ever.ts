import type { StoredResult } from '@/lib/contracts/results'

/** Version of the schema that is written. */
const SCHEMA_VERSION = '0.3.0'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** One evaluation of one model as a file of the schema. */
export interface EvaluationFile {
  name: string
  content: Json
}

const METRIC_UNITS = {
  fraction: 'proportion',
  percent: 'percent',
  count: 'count',
  points: 'points',
  unstated: null,
} as const

function without(fields: { [key: string]: Json | null }): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [key: string]: Json
  }
}

function resultOf(result: StoredResult): Json {
  const { benchmark, subBenchmark, metric, unit, value, stderr, n, fewShot, templateHash } = result
  const uncertainty = without({
    standard_error: stderr === null ? null : { value: stderr },
    num_samples: n,
  })
  const details = without({ num_fewshot: fewShot, chat_template_sha: templateHash })
  const hasRange = unit === 'fraction' || unit === 'percent'
  return without({
    evaluation_name: subBenchmark === null ? benchmark : `${benchmark}/${subBenchmark}`,
    metric_config: without({
      metric_id: metric,
      metric_unit: METRIC_UNITS[unit],
      min_score: hasRange ? 0 : null,
      max_score: unit === 'fraction' ? 1 : unit === 'percent' ? 100 : null,
    }),
    score_details: without({
      score: value,
      uncertainty: Object.keys(uncertainty).length > 0 ? uncertainty : null,
    }),
    generation_config: Object.keys(details).length > 0 ? { additional_details: details } : null,
  })
}

function safe(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_').slice(0, 80)
}

/**
 * Returns results in the common schema Every Eval Ever, one file for each model, tool and date. Results without a value have
 * no place in the schema; `left` says how many were left out.
 */
export function everyEvalEverFiles(results: readonly StoredResult[]): {
  files: EvaluationFile[]
  left: number
} {
  const groups = new Map<string, StoredResult[]>()
  const valued = results.filter(({ value }) => value !== null)
  for (const result of valued) {
    const { model, harness, harnessVersion, date, fileId } = result
    const key = JSON.stringify([model, harness, harnessVersion, date, date === null ? fileId : ''])
    groups.set(key, [...(groups.get(key) ?? []), result])
  }
  const files = [...groups.values()].map((group, at) => {
    const { model, harness, harnessVersion, date, fileName, fileId } = group[0] as StoredResult
    return {
      name: `${String(at + 1).padStart(3, '0')}-${safe(model)}.json`,
      content: without({
        schema_version: SCHEMA_VERSION,
        evaluation_id: `${safe(model)}/${safe(date ?? fileId)}`,
        evaluation_timestamp: date,
        model_info: { name: model, id: model },
        eval_library: harness === null ? null : without({ name: harness, version: harnessVersion }),
        source_metadata: { source_name: fileName, source_type: 'evaluation_run' },
        evaluation_results: group.map(resultOf),
      }),
    }
  })
  return { files, left: results.length - valued.length }
}
