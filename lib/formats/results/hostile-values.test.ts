import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAttainable } from '@/lib/contracts/results'
import { resultFixture } from '@/lib/testing/take-results'
import { readResultFile } from './read'

const STAMP = '2024-12-15T00-00-00.500000'
let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-hostile-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** A place of a number in each kind of file: name, what it says before and after the number, and the unit that the format gives it. */
interface Place {
  name: string
  text: (number: string) => string
  unit: 'fraction' | 'percent'
  /** Metric key; the first result where it is left out. */
  metric?: string
}

/** Writes a number where a fixture has one. */
function within(fixture: string, before: string, number: string) {
  const whole = resultFixture(fixture)
  return (value: string) => {
    expect(whole).toContain(before + number)
    return whole.replace(before + number, before + value)
  }
}

const lmEval = (value: string) =>
  `{"results": {"gsm8k": {"exact_match,none": ${value}}}, "n-shot": {"gsm8k": 0}, "n-samples": {"gsm8k": {"effective": 8}}, "model_name": "m", "lm_eval_version": "0.4.9"}`

const JSON_PLACES: Record<string, Place> = {
  'lm-eval': { name: `m/results_${STAMP}.json`, unit: 'fraction', text: lmEval },
  evalplus: {
    name: 'm.eval_results.json',
    unit: 'fraction',
    text: (value) =>
      `{"hash": "h", "eval": {"HumanEval/0": [{"base_status": "pass", "plus_status": "pass"}]}, "pass_at_k": {"base": {"pass@1": ${value}}}}`,
  },
  opencompass: {
    name: '20241215_100000/results/m/gsm8k.json',
    unit: 'percent',
    text: (value) => `{"accuracy": ${value}, "score": 1}`,
  },
  'every-eval-ever': {
    name: 'e.json',
    unit: 'fraction',
    text: (value) =>
      `{"model_info": {"id": "m"}, "evaluation_results": [{"evaluation_name": "gsm8k", "metric_config": {"metric_id": "acc", "metric_unit": "proportion"}, "score_details": {"score": ${value}}}]}`,
  },
  evalscope: {
    name: 'reports/m/gsm8k.json',
    unit: 'fraction',
    text: (value) =>
      `{"dataset_name": "gsm8k", "model_name": "m", "metrics": [{"name": "mean_acc", "num": 8, "score": ${value}}]}`,
  },
  lighteval: {
    name: `results/m/results_${STAMP}.json`,
    unit: 'fraction',
    text: (value) =>
      `{"config_general": {"model_name": "m"}, "results": {"lighteval|gsm8k|5": {"qem": ${value}}}, "config_tasks": {"lighteval|gsm8k": {"effective_num_docs": 8}}}`,
  },
  inspect: {
    name: 'log.json',
    unit: 'fraction',
    text: within('inspect.json', '"accuracy", "value": ', '0.75'),
  },
}

const TABLE_PLACES: Record<string, Place> = {
  table: {
    name: 't.csv',
    unit: 'percent',
    text: (value) => `model,benchmark,metric,value,unit,n\nm,gsm8k,acc,${value},percent,8\n`,
  },
  'alpaca-eval': {
    name: 'leaderboard.csv',
    unit: 'percent',
    text: (value) => `,win_rate,standard_error,n_total\nm,${value},1.5,8\n`,
  },
  'opencompass-summary': {
    name: 'summary/summary_20241215_100000.csv',
    unit: 'percent',
    text: (value) => `dataset,version,metric,mode,m\ngsm8k,1d7fe4,accuracy,gen,${value}\n`,
  },
  followbench: {
    name: 'evaluation_result/style_hsr.csv',
    unit: 'percent',
    text: (value) => `model_name,level 1\nm,${value}\n`,
  },
}

async function first({ name, text }: Place, value: string) {
  const file = path.join(folder, 'file')
  fs.writeFileSync(file, text(value))
  const { results } = await readResultFile({ path: file, name, unit: null })
  return results[0]
}

const PLACES = Object.entries({ ...JSON_PLACES, ...TABLE_PLACES })

describe.each(PLACES)('%s', (id, place) => {
  const isJson = id in JSON_PLACES
  const quoted = (text: string) => (isJson ? `"${text}"` : text)
  const most = place.unit === 'fraction' ? 1 : 100

  it.each([
    ['NaN', isJson ? 'NaN' : 'nan', 'not_a_number'],
    ['NaN as text', quoted('NaN'), 'not_a_number'],
    ['infinity', isJson ? '-Infinity' : '-inf', 'not_a_number'],
    ['a number too large for a double', '1e999', 'not_a_number'],
    ['N/A', quoted('N/A'), 'not_reported'],
    ['nothing', isJson ? 'null' : '', 'not_reported'],
    ['a dash', quoted('-'), 'not_reported'],
  ])('has a reason, and never 0, for %s', async (_, value, missing) => {
    const result = await first(place, value)
    expect(result).toMatchObject({ value: null, missing, unit: place.unit })
    expect(result && isAttainable({ ...result, model: 'm' })).toBeNull()
  })

  it.each([
    ['a negative share', '-0.25'],
    ['a share of more than all', String(most * 1.25)],
    ['a number in another unit', place.unit === 'fraction' ? '31.25' : '3125'],
    ['a text', quoted('about half')],
    ['a decimal comma', quoted(isJson ? '0,5' : '"0,5"')],
    ['a hexadecimal number', quoted('0x1f')],
    ...(isJson
      ? [
          ['true', 'true'],
          ['a list', '[0.5]'],
          ['a share with a sign', '"12.5%"'],
        ]
      : []),
  ])('refuses %s with file, place and expectation', async (_, value) => {
    const escaped = place.name.replaceAll(/[.|]/g, (sign) => `\\${sign}`)
    await expect(first(place, value)).rejects.toMatchObject({
      code: 'data_error',
      message: expect.stringMatching(
        new RegExp(`^${escaped}, .+: expected .*, found .+ Nothing of this file was imported`),
      ),
    })
  })

  it('takes its unit from the format, however small the number is', async () => {
    for (const value of ['0', '0.5', '1']) {
      const result = await first(place, value)
      expect(result).toMatchObject({ value: Number(value), unit: place.unit, missing: null })
    }
  })
})

it('takes a percent sign in tables for the unit that it is', async () => {
  const table = (unit: string) => ({
    ...TABLE_PLACES['table'],
    text: (value: string) =>
      `model,benchmark,metric,value,unit,n\nm,gsm8k,acc,${value},${unit},8\n`,
  })
  expect(await first(table('') as Place, '12.5%')).toMatchObject({ value: 12.5, unit: 'percent' })
  await expect(first(table('fraction') as Place, '12.5%')).rejects.toThrow(/the unit percent/)
  expect(await first(TABLE_PLACES['followbench'] as Place, '12.50%')).toMatchObject({ value: 12.5 })
})

it('gives numbers on other scales no share', async () => {
  const line = (id: number, value: string) =>
    `{"doc_id": ${id}, "filter": "none", "metrics": ["bleu", "acc"], "bleu": ${value}, "acc": ${id % 2}}\n`
  const samples: Place = {
    name: `m/samples_task_${STAMP}.jsonl`,
    unit: 'fraction',
    text: (value) => line(0, value) + line(1, '37.5'),
  }
  expect(await first(samples, '12.5')).toMatchObject({
    metric: 'bleu,none',
    value: 25,
    unit: 'unstated',
    isShare: false,
    k: null,
  })
  const compass = JSON_PLACES['opencompass'] as Place
  const perplexity = { ...compass, text: (value: string) => `{"average_ppl": ${value}}` }
  expect(await first(perplexity, '143.2')).toMatchObject({ value: 143.2, unit: 'unstated' })
})

it.each([
  // k of 8 as fractions and percent, with all digits and rounded.
  ['0.375', 'fraction', true],
  ['0.38', 'fraction', true],
  ['0.4', 'fraction', null],
  ['0.37', 'fraction', true],
  ['0.36', 'fraction', false],
  ['0.3750000000000001', 'fraction', true],
  ['1', 'fraction', null],
  ['37.5', 'percent', true],
  ['38', 'percent', true],
  ['30', 'percent', false],
  ['100', 'percent', true],
] as const)('holds %s in the unit %s against 8 items: %s', async (value, unit, attainable) => {
  const place: Place = {
    name: 't.csv',
    unit,
    text: (number) => `model,benchmark,metric,value,unit,n\nm,gsm8k,acc,${number},${unit},8\n`,
  }
  const result = await first(place, value)
  expect(result && isAttainable({ ...result, model: 'm' })).toBe(attainable)
})
