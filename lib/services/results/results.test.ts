import fs from 'node:fs'
import { unzipSync } from 'fflate'
import { parse } from 'yaml'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { unknownModel, whyNotComparable, type ImportResults } from '@/lib/contracts/results'
import { exportRecipe, openExport } from '@/lib/services/exports'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { resultFixture, takeResults } from '@/lib/testing/take-results'
import golden from '@/lib/stats/golden/fixtures/golden.json'
import { compareResults } from './compare'
import { mapModel } from './models'
import { resultsTable } from './table'
import { deleteResultFile, listResults, restoreResultFile } from '.'

const STAMP = '2024-12-15T00-00-00.500000'

let study: TestStudy
beforeEach(() => {
  study = testStudy(8)
})
afterEach(() => study.close())

const take = (files: Record<string, string>, more?: ImportResults) =>
  takeResults(study, files, more)
const list = () => listResults(study.db, study.studyId)
const HEAD = 'model,benchmark,metric,value,unit,n'

describe('result files of a study', () => {
  it('join the items of an evaluation with its numbers, whatever order they come in', async () => {
    const done = await take({
      [`saves__m/samples_gsm8k_${STAMP}.jsonl`]: resultFixture('lm-eval-samples-gsm8k.jsonl'),
      [`saves__m/results_${STAMP}.json`]: resultFixture('lm-eval-results.json'),
    })
    expect(done).toMatchObject({ failed: [], notes: [] })
    expect(done.files.map(({ results }) => results).toSorted()).toEqual([0, 9])
    const found = list().results.filter(({ benchmark }) => benchmark === 'gsm8k')
    expect(
      found.map(({ metric, items, k, n, attainable }) => [metric, items, k, n, attainable]),
    ).toEqual([
      ['exact_match,strict-match', 4, 2, 4, true],
      ['exact_match,flexible-extract', 4, 3, 4, true],
    ])
    const samples = done.files.find(({ results }) => results === 0)
    deleteResultFile(study.db, study.studyId, samples?.id ?? '')
    expect(list().results.filter(({ items }) => items > 0)).toEqual([])
  })

  it('refuse items that do not give the number of their results, and keep the rest', async () => {
    const wrong = resultFixture('lm-eval-samples-gsm8k.jsonl').replace(
      '"exact_match": 1.0',
      '"exact_match": 0.0',
    )
    const done = await take({
      [`m/samples_gsm8k_${STAMP}.jsonl`]: wrong,
      [`m/results_${STAMP}.json`]: resultFixture('lm-eval-results.json'),
    })
    expect(done.failed).toEqual([
      expect.stringMatching(
        /samples_gsm8k.*exact_match,strict-match: expected .* 0\.5 over 4 in m\/results.*, found 0\.25 over 4/,
      ),
    ])
    expect(list().results).toHaveLength(9)
  })

  it('are taken once, removed and restored, and what is no result file is left out by name', async () => {
    const table = `${HEAD}\nm,mbpp,pass@1,31.2,percent,500\n`
    const done = await take({ 'a/t.csv': table, 'a/run.log': 'x', 'a/other.json': '{"a":1}' })
    expect(done.notes.join('\n')).toMatch(/a\/run\.log: left out[^]*a\/other\.json: left out/)
    await take({ 'b/t.csv': table.replace('31.2', '31.4') })
    const again = await take({ 'b.csv': table })
    expect(again).toMatchObject({
      files: [],
      notes: [expect.stringMatching(/in the study already/)],
    })
    const id = done.files[0]?.id ?? ''
    deleteResultFile(study.db, study.studyId, id)
    expect(list().results.map(({ value }) => value)).toEqual([31.4])
    expect(() => deleteResultFile(study.db, study.studyId, id)).toThrow(/no such result file/)
    restoreResultFile(study.db, study.studyId, id)
    expect(list().results).toHaveLength(2)
    expect(fs.readdirSync(study.config.uploadsDir)).toEqual([])
  })

  it('import the others where one is half written, and nothing where all are', async () => {
    const half = resultFixture('lm-eval-results.json').slice(0, 900)
    const good = `${HEAD}\nm,mbpp,pass@1,31.2,percent,500\n`
    await expect(take({ 'results_x.json': half })).rejects.toThrow(/results_x\.json.*half written/)
    expect(list().files).toEqual([])
    const done = await take({ 'results_x.json': half, 't.csv': good })
    expect([done.files.length, done.failed.length]).toEqual([1, 1])
  })

  it('ask for the model where a file names none', async () => {
    const one = { 'eval_results_strict.jsonl': resultFixture('ifeval-strict.jsonl') }
    await expect(take(one)).rejects.toThrow(/expected the name of the evaluated model.*--model/)
    await take(one, { model: 'student' })
    expect(list().models).toMatchObject([{ model: 'student', source: 'ifeval', results: 5 }])
  })

  it("take OpenCompass's folder with all digits, and the prompt from its summary", async () => {
    const done = await take({
      'o/20241215_100000/results/student-a/gsm8k.json': resultFixture('opencompass-gsm8k.json'),
      'o/20241215_100000/summary/summary_20241215_100000.csv':
        resultFixture('opencompass-summary.csv'),
    })
    expect(done.notes).toEqual([expect.stringMatching(/1 of 4 numbers are in the results folder/)])
    const [gsm] = list().results.filter(({ model }) => model === 'student-a')
    expect(gsm).toMatchObject({ value: 54.20773313115997, templateHash: 'prompt 1d7fe4, gen' })
  })

  it('hold no control characters of names, and none that a spreadsheet would run', async () => {
    await take({ '../../a\u001b[31m/t.csv': `${HEAD}\n=1+1,mbpp,pass@1,31.2,percent,500\n` })
    expect(list().files[0]?.name).toBe('a/t.csv')
    const [row] = resultsTable(list().results).rows
    expect(row).toMatchObject({ model: '=1+1', written: '31.2', percent: 31.2, attainable: 'yes' })
  })
})

describe('models', () => {
  const table = (model: string) => `${HEAD}\n${model},mbpp,pass@1,31.2,percent,500\n`

  it('trained on an export are known by the recipe in their name', async () => {
    const request = exportRequestSchema.parse({
      studyId: study.studyId,
      state: { filter: { ...emptyFilter(), rounds: [1] }, sort: {}, columns: [] },
      format: 'llama-factory',
      options: { allowEmptyResponses: true },
      name: 'alpaca-round-1',
    })
    const { exportId, body } = await openExport(study.db, request)
    const zip = unzipSync(new Uint8Array(await new Response(body).arrayBuffer()))
    const settings = parse(Buffer.from(zip['train_sft.yaml'] ?? []).toString('utf8'))
    const folder = (settings as { output_dir: string }).output_dir
    expect(folder).toMatch(/^saves\/alpaca-round-1-[0-9a-f]{8}$/)
    const { text } = exportRecipe(study.db, study.studyId, exportId)
    expect(parse(text)).toMatchObject({ output_dir: folder })
    const names = [`${folder}/checkpoint-500`, folder.replace('/', '__')]
    for (const [at, name] of [...names, 'saves/x-00000000'].entries()) {
      await take({ [`t${at}.csv`]: table(name) })
    }
    const found = list().models
    expect(found.map(({ from }) => from)).toEqual(['recipe', 'recipe', 'none'])
    expect(found[0]?.mapping).toMatchObject({
      armKey: 'small',
      round: 1,
      seedSets: ['general'],
      subsetId: exportId,
    })
  })

  it('are remembered for their kind of file, and proposed for another kind', async () => {
    await take({ 't.csv': table('saves/x/checkpoint-500') })
    const mapping = { ...unknownModel(), armKey: 'small', round: 2, student: 'Llama-3-8B' }
    const of = { source: 'table', model: 'saves/x/checkpoint-500', mapping }
    mapModel(study.db, study.studyId, of)
    await take({ 'u.csv': table('saves/x/checkpoint-500').replace('31.2', '31.4') })
    expect(list().models).toMatchObject([{ from: 'user', results: 2, mapping }])
    const other = resultFixture('lm-eval-results.json').replaceAll(
      'saves/alpaca-round-1-0a1b2c3d',
      of.model,
    )
    await take({ 'results.json': other })
    expect(list().models.find(({ source }) => source === 'lm-eval')).toMatchObject({
      from: 'other',
      mapping,
    })
    expect(() =>
      mapModel(study.db, study.studyId, { ...of, mapping: { ...mapping, armKey: 'x' } }),
    ).toThrow('There is no evolver "x". There are: seeds, small.')
  })
})

describe('two results', () => {
  it('can be compared only where what makes them agrees, and what neither states only within one file', async () => {
    const head = `${HEAD},harness,harness_version,few_shot,template_hash`
    const line = (shots: string, version = '0.4.9', hash = 'none') =>
      `m,gsm8k,acc,31.2,percent,500,lm-eval,${version},${shots},${hash}`
    await take({
      'a.csv': [
        head,
        line('5'),
        line('5', '0.3.0'),
        line('0'),
        line('5', '1.0'),
        line('5', '0.4.9', 'ab'),
      ].join('\n'),
      'b.csv': `${HEAD}\nm,gsm8k,acc,31,percent,500\nn,gsm8k,acc,30,percent,500\n`,
      'c.csv': `${HEAD}\nm,gsm8k,acc,0.4,fraction,500\n`,
    })
    const [a, older, zero, one, templated, b, b2, c] = list().results
    const why = (left: typeof a, right: typeof a) =>
      left && right ? whyNotComparable(left, right) : null
    expect(why(a, older)).toEqual([])
    expect(why(a, zero)).toEqual(['The number of examples in the prompt differs: 5 and 0.'])
    expect(why(a, one)).toEqual(['The major version of the harness differs: 0 and 1.'])
    expect(why(a, templated)).toEqual(['The prompt or chat template differs: none and ab.'])
    expect(why(b, b2)).toEqual([])
    expect(why(b, c)).toHaveLength(4)
    expect(why(a, b)?.[0]).toBe('The harness is stated by one of them only.')
  })

  it('are tested over the items that both have, paired by id and hash', async () => {
    const lines = (outcomes: string, hash = 'h') =>
      [...outcomes]
        .map((hit, id) =>
          JSON.stringify({
            doc_id: id,
            filter: 'none',
            metrics: ['acc'],
            acc: Number(hit),
            doc_hash: id === 0 ? hash : 'h',
          }),
        )
        .join('\n')
    const numbers = (model: string, acc: number, n: number) =>
      JSON.stringify({
        results: { task: { 'acc,none': acc } },
        'n-shot': { task: 0 },
        'n-samples': { task: { effective: n } },
        model_name: model,
        chat_template_sha: null,
        lm_eval_version: '0.4.9',
      })
    await take({
      [`a/results_${STAMP}.json`]: numbers('a', 0.7, 10),
      [`a/samples_task_${STAMP}.jsonl`]: lines('1111111000'),
      [`b/results_${STAMP}.json`]: numbers('b', 0.2, 10),
      [`b/samples_task_${STAMP}.jsonl`]: lines('1000000001', 'other'),
    })
    const [a, b] = list().results.map(({ no }) => no)
    const found = compareResults(study.db, study.studyId, { a: a ?? 0, b: b ?? 0 })
    expect(found.reasons).toEqual([])
    expect(found.difference).toBeCloseTo(50, 12)
    // scipy.stats.binomtest(6, 7).pvalue
    expect(found.paired).toEqual({
      n: 9,
      unpaired: 2,
      both: 0,
      onlyA: 6,
      onlyB: 1,
      neither: 2,
      p: expect.closeTo(0.125, 12),
    })
    expect(() => compareResults(study.db, study.studyId, { a: 0, b: -1 })).toThrow(/no result 0/)
  })

  it('give both p values of lm-evaluation-harness issue 3831 from the items of two models', async () => {
    // Reported there: 220 items, 0.080 unpaired, 0.008 paired. The items are not published; these counts give both.
    const { n, both, onlyA, onlyB } = golden.harness
    const place = (task: object) => ({
      'n-shot': { task: 0 },
      'n-samples': { task: { effective: n } },
      chat_template_sha: null,
      lm_eval_version: '0.4.9',
      ...task,
    })
    const file = (model: string, isRight: (id: number) => boolean) => {
      const outcomes = Array.from({ length: n }, (_, id) => Number(isRight(id)))
      const acc = outcomes.reduce((sum, hit) => sum + hit, 0) / n
      const samples = outcomes.map((hit, id) =>
        JSON.stringify({
          doc_id: id,
          filter: 'none',
          metrics: ['acc'],
          acc: hit,
          doc_hash: `h${id}`,
        }),
      )
      const results = place({ results: { task: { 'acc,none': acc } }, model_name: model })
      return {
        [`${model}/results_${STAMP}.json`]: JSON.stringify(results),
        [`${model}/samples_task_${STAMP}.jsonl`]: samples.join('\n'),
      }
    }
    const done = await take({
      ...file('first', (id) => id < both + onlyA),
      ...file('second', (id) => id < both || (id >= both + onlyA && id < both + onlyA + onlyB)),
    })
    expect(done.failed).toEqual([])
    const [a, b] = list().results.map(({ no }) => no)
    const found = compareResults(study.db, study.studyId, { a: a ?? 0, b: b ?? 0 })
    expect(found.paired).toMatchObject({ n, unpaired: 0, both, onlyA, onlyB })
    expect(found.unpairedP?.toFixed(3)).toBe('0.080')
    expect(found.paired?.p?.toFixed(3)).toBe('0.008')
  })

  it('with counts but no items are tested by the counts, and not at all without n', async () => {
    await take({
      't.csv': `${HEAD}\na,task,acc,60.0,percent,200\nb,task,acc,50.0,percent,200\nc,task,acc,40.0,percent,\nd,task,acc,50,percent,200\n`,
    })
    const [a, b, c, d] = list().results.map(({ no }) => no)
    const compared = (left = 0, right = 0) =>
      compareResults(study.db, study.studyId, { a: left, b: right })
    const counts = compared(a, b)
    // scipy.stats.chi2_contingency([[80, 120], [100, 100]], correction=False).pvalue
    expect(counts).toMatchObject({ reasons: [], paired: null })
    expect(counts.unpairedP).toBeCloseTo(0.044423184850005966, 12)
    expect(compared(a, c)).toMatchObject({ unpairedP: null, paired: null })
    // 50 percent of 200 as written is 99, 100 or 101 items.
    expect(compared(a, d)).toMatchObject({ unpairedP: null })
  })
})
