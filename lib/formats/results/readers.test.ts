import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAttainable, resultFactsSchema, type ResultUnit } from '@/lib/contracts/results'
import { readResultFile } from './read'
import { RESULT_READERS } from '.'
import { RESULT_NAMES, RESULT_STAMP as STAMP } from '@/lib/testing/take-results'

// Written by hand from the shapes that the tools' own code writes.
const FIXTURES = path.join(process.cwd(), 'lib/formats/results/fixtures')
let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-results-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const read = (fixture: string, name: string, unit: ResultUnit | null = null) =>
  readResultFile({ path: path.join(FIXTURES, fixture), name, unit })

function readText(name: string, text: string | Buffer, unit: ResultUnit | null = null) {
  const file = path.join(folder, 'file')
  fs.writeFileSync(file, text)
  return readResultFile({ path: file, name, unit })
}

const text = (fixture: string) => fs.readFileSync(path.join(FIXTURES, fixture), 'utf8')

describe('every kind of result file', () => {
  it('has a fixture, and each is read as what the database holds', async () => {
    const formats = new Set(['table'])
    for (const [fixture, name] of Object.entries(RESULT_NAMES)) {
      const { format, results } = await read(fixture, name)
      formats.add(format)
      for (const facts of results) {
        expect(resultFactsSchema.safeParse(facts).error?.message).toBeUndefined()
        expect(facts.value === null).toBe(facts.missing !== null)
      }
    }
    expect([...formats].toSorted()).toEqual(RESULT_READERS.map(({ id }) => id).toSorted())
  })

  it('says that a half-written file is one, with its name', async () => {
    for (const [fixture, name] of Object.entries(RESULT_NAMES)) {
      const whole = text(fixture).trimEnd()
      const half = whole.slice(0, Math.floor(whole.length * 0.95))
      const attempt = readText(name, half)
      await expect(attempt).rejects.toMatchObject({ code: 'data_error' })
      await expect(attempt).rejects.toThrow(name)
      await expect(attempt).rejects.toThrow('half written')
    }
  })

  it('names what is known where a file is none of them, and refuses other bytes than UTF-8', async () => {
    await expect(readText('a.json', '{"a":1}')).rejects.toThrow(
      /^a\.json is no result file.*lm-evaluation-harness: results_<date>\.json/,
    )
    await expect(readText('a.csv', 'model,score\nm,1\n')).rejects.toThrow(
      /Table: a table .* with the columns model, benchmark, metric and value/,
    )
    await expect(readText('a.csv', Buffer.from([0x61, 0xff]))).rejects.toThrow(/text in UTF-8/)
    await expect(readText('a.json', '{"results":{},"n-shot":{},"__proto__":{}}')).rejects.toThrow(
      /no key named __proto__/,
    )
  })
})

describe('lm-evaluation-harness', () => {
  it('gives metric and filter as one key, the group of a task, n, missing numbers and the template', async () => {
    const { results } = await read('lm-eval-results.json', `m/results_${STAMP}.json`)
    const line = results.map((r) => [r.benchmark, r.subBenchmark, r.metric, r.value, r.n, r.unit])
    expect(line).toEqual([
      ['mmlu', null, 'acc,none', 0.4, 5, 'fraction'],
      ['gsm8k', null, 'exact_match,strict-match', 0.5, 4, 'fraction'],
      ['gsm8k', null, 'exact_match,flexible-extract', 0.75, 4, 'fraction'],
      ['ifeval', null, 'prompt_level_strict_acc,none', 0.3363, 541, 'fraction'],
      ['ifeval', null, 'inst_level_strict_acc,none', 0.4508, null, 'fraction'],
      ['mmlu', 'mmlu_stem', 'acc,none', 0.4, 5, 'fraction'],
      ['mmlu', 'mmlu_anatomy', 'acc,none', 0, 2, 'fraction'],
      ['mmlu', 'mmlu_astronomy', 'acc,none', null, 3, 'fraction'],
      ['wikitext', null, 'word_perplexity,none', 12.5, null, 'unstated'],
    ])
    expect(results[1]).toMatchObject({
      model: 'saves/alpaca-round-1-0a1b2c3d',
      stderr: 0.25,
      fewShot: 5,
      templateHash: 'none, task version 3',
      harnessVersion: '0.4.9',
      date: STAMP,
      place: 'results.gsm8k.exact_match,strict-match',
    })
    expect(results[2]?.stderr).toBeNull()
    expect(results[7]).toMatchObject({ missing: 'not_a_number', written: 'NaN' })
    expect(results[0]?.fewShot).toBe(0)
  })

  it('gives the items of each filter, and refuses two lines for one of them', async () => {
    const name = `student/samples_gsm8k_${STAMP}.jsonl`
    const { results } = await read('lm-eval-samples-gsm8k.jsonl', name)
    expect(results.map((r) => [r.model, r.benchmark, r.metric, r.value, r.k, r.n])).toEqual([
      ['student', 'gsm8k', 'exact_match,strict-match', 0.5, 2, 4],
      ['student', 'gsm8k', 'exact_match,flexible-extract', 0.75, 3, 4],
    ])
    expect(results[0]?.items?.[1]).toEqual({ id: '1', hash: 'h1', hits: 0, of: 1 })
    const twice = text('lm-eval-samples-gsm8k.jsonl').repeat(2)
    await expect(readText(name, twice)).rejects.toThrow(
      /line 9, doc_id: expected one line for each/,
    )
    await expect(readText('samples.jsonl', twice)).rejects.toThrow(/samples_<task>_<date>\.jsonl/)
  })
})

describe('other tools', () => {
  it('IFEval: prompts, flags and types, by name strict or loose', async () => {
    const { results } = await read('ifeval-strict.jsonl', 'student/eval_results_strict.jsonl')
    expect(results.map((r) => [r.subBenchmark, r.metric, r.k, r.n])).toEqual([
      [null, 'prompt_level_strict_acc', 2, 3],
      [null, 'inst_level_strict_acc', 3, 4],
      ['punctuation', 'inst_level_strict_acc', 2, 2],
      ['change_case', 'inst_level_strict_acc', 0, 1],
      ['length_constraints', 'inst_level_strict_acc', 1, 1],
    ])
    await expect(readText('results.jsonl', text('ifeval-strict.jsonl'))).rejects.toThrow(
      /eval_results_strict\.jsonl or eval_results_loose\.jsonl/,
    )
  })

  it('EvalPlus: a pass of the additional tests needs both sets', async () => {
    const { results } = await read('evalplus.json', 'humaneval/student-a.eval_results.json')
    expect(results.map((r) => [r.model, r.benchmark, r.metric, r.value, r.k, r.n])).toEqual([
      ['student-a', 'humaneval', 'pass@1', 0.5, 2, 4],
      ['student-a', 'humaneval+', 'pass@1', 0.25, 1, 4],
    ])
    expect(results[0]?.templateHash).toBe('data set fe585eb4')
  })

  it('AlpacaEval: percent also below 1, and no standard error where there is none', async () => {
    const { results } = await read('alpaca-eval.csv', 'leaderboard.csv')
    const low = results.find((r) => r.model === 'student-b' && r.metric === 'win_rate')
    expect(low).toMatchObject({ value: 0.9, unit: 'percent', n: 805, stderr: 0.3 })
    const lc = results.find((r) => r.metric === 'length_controlled_winrate')
    expect(lc).toMatchObject({ model: 'student-a', value: 49.1, stderr: null })
    expect(results.find((r) => r.metric === 'avg_length')).toMatchObject({ unit: 'count' })
  })

  it('OpenCompass: percent, FollowBench as fractions, "-" is missing, headings are no results', async () => {
    const summary = await read('opencompass-summary.csv', 'summary_20241215_100000.csv')
    expect(summary.results.map((r) => [r.model, r.benchmark, r.value, r.missing, r.unit])).toEqual([
      ['student-a', 'gsm8k', 54.21, null, 'percent'],
      ['student-b', 'gsm8k', null, 'not_reported', 'percent'],
      ['student-a', 'FollowBench', 0.52, null, 'fraction'],
      ['student-b', 'FollowBench', 0.48, null, 'fraction'],
    ])
    const name = '20241215_100000/results/student-a/gsm8k.json'
    const { results } = await read('opencompass-gsm8k.json', name)
    expect(results).toMatchObject([
      { model: 'student-a', benchmark: 'gsm8k', metric: 'accuracy', date: '20241215_100000' },
    ])
    const failed = await readText(name, '{"error": "predictions not found"}')
    expect(failed.results).toMatchObject([{ value: null, missing: 'error' }])
  })

  it('FollowBench by its own scripts: percent a level', async () => {
    const { results } = await read('followbench-hsr.csv', 'style_hsr.csv')
    expect(results[0]).toMatchObject({
      benchmark: 'followbench',
      subBenchmark: 'style',
      metric: 'hsr level 1',
      value: 62.5,
      written: '62.50',
      unit: 'percent',
    })
    expect(results).toHaveLength(5)
  })

  it('Every Eval Ever: a unit where one is stated', async () => {
    const { results } = await read('every-eval-ever.json', 'x.json')
    expect(results.map((r) => [r.model, r.benchmark, r.value, r.unit, r.n, r.stderr])).toEqual([
      ['org/student-a', 'gsm8k', 0.5, 'fraction', 4, 0.25],
      ['org/student-a', 'mt_bench', 6.5, 'unstated', null, null],
    ])
  })
})

describe('a table', () => {
  const HEAD = 'model,benchmark,metric,value'
  it('is read with commas, tabs or bars, and keeps what is written', async () => {
    const csv = `${HEAD},unit,n,few-shot\nm,mbpp,pass@1,31.0,percent,500,3\nm,math,acc,N/A,percent,,\n`
    const markdown = `| ${csv.split('\n')[0]?.replaceAll(',', ' | ')} |\n|---|---|---|---|---|---|---|\n| m | mbpp | pass@1 | 31.0 | percent | 500 | 3 |\n| m | math | acc | N/A | percent | | |\n`
    for (const one of [csv, csv.replaceAll(',', '\t'), csv.replaceAll(',', ';'), markdown]) {
      const { results } = await readText('t.txt', one)
      expect(results.map((r) => [r.written, r.value, r.missing, r.n, r.fewShot])).toEqual([
        ['31.0', 31, null, 500, 3],
        ['N/A', null, 'not_reported', null, null],
      ])
    }
  })

  it('has no value where a number is NaN or too large', async () => {
    const lines = ['NaN', '-inf', '1e999'].map((value) => `m,b,x,${value}`)
    const { results } = await readText('t.csv', [HEAD, ...lines].join('\n'), 'percent')
    expect(results.map(({ value, missing }) => [value, missing])).toEqual(
      lines.map(() => [null, 'not_a_number']),
    )
  })

  it('never guesses a unit from the size of a number', async () => {
    const table = `${HEAD}\nm,mbpp,pass@1,0.9\n`
    await expect(readText('t.csv', table)).rejects.toThrow(
      /^t\.csv, line 2, unit: expected fraction, percent or count/,
    )
    for (const unit of ['fraction', 'percent'] as const) {
      expect((await readText('t.csv', table, unit)).results[0]).toMatchObject({ value: 0.9, unit })
    }
    const sign = await readText('t.csv', `${HEAD}\nm,mbpp,pass@1,0.9%\n`)
    expect(sign.results[0]).toMatchObject({ value: 0.9, unit: 'percent', written: '0.9' })
    await expect(readText('t.csv', `${HEAD}\nm,mbpp,pass@1,0.9%\n`, 'fraction')).rejects.toThrow(
      /percent beside a value with a % sign/,
    )
  })

  it('names line and column of what it cannot read', async () => {
    await expect(readText('t.csv', `${HEAD}\nm,b,x,"12,5"\n`, 'percent')).rejects.toThrow(
      't.csv, line 2, value: expected a number such as 0.31 or 31.2, or N/A where there is none, found "12,5"',
    )
    await expect(readText('t.csv', `${HEAD}\n,b,x,1\n`, 'percent')).rejects.toThrow(
      /line 2, model: expected a name/,
    )
    await expect(readText('t.csv', `model,${HEAD}\n`)).rejects.toThrow(/each column once/)
  })
})

describe('attainability', () => {
  it('holds a value against n within the rounding of what is written', async () => {
    const rate = async (value: string, n: number, unit: ResultUnit = 'percent') => {
      const table = `model,benchmark,metric,value,n\nm,b,x,${value},${n}\n`
      const [result] = (await readText('t.csv', table, unit)).results
      if (!result) throw new Error('no result')
      return isAttainable({ ...result, model: 'm' })
    }
    expect(await rate('31.10', 164)).toBe(true)
    expect(await rate('31.20', 164)).toBe(false)
    expect(await rate('49.94', 500)).toBe(false)
    expect(await rate('0.5', 4, 'fraction')).toBe(true)
    expect(await rate('0.6', 4, 'fraction')).toBe(false)
    // One decimal leaves room for every number of items.
    expect(await rate('31.2', 5000)).toBeNull()
    await expect(rate('101', 50)).rejects.toThrow(/from 0 to 100/)
    expect(await rate('0.33333333333333331', 3, 'fraction')).toBe(true)
  })
})
