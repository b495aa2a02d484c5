import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unknownModel } from '@/lib/contracts/results'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { resultFixture, takeResults } from '@/lib/testing/take-results'
import { compareResults } from './compare'
import { mapModel } from './models'
import { deleteResultFile, listResults, restoreResultFile } from '.'

const STAMP = '2024-12-15T00-00-00.500000'

let study: TestStudy
beforeEach(() => {
  study = testStudy(8)
})
afterEach(() => study.close())

const take = (files: Record<string, string>) => takeResults(study, files)
const list = () => listResults(study.db, study.studyId)

describe('result files that are imported one after the other', () => {
  const results = { [`e/m/results_${STAMP}.json`]: resultFixture('lm-eval-results.json') }
  const samples = {
    [`m/samples_gsm8k_${STAMP}.jsonl`]: resultFixture('lm-eval-samples-gsm8k.jsonl'),
  }
  const alone = { [`samples_gsm8k_${STAMP}.jsonl`]: resultFixture('lm-eval-samples-gsm8k.jsonl') }
  const wrong = Object.fromEntries(
    Object.entries(samples).map(([name, text]) => [
      name,
      text.replace('"exact_match": 1.0', '"exact_match": 0.0'),
    ]),
  )
  /** What is known of the results, whatever number they are stored under. */
  const known = () =>
    list()
      .results.map(({ benchmark, subBenchmark, metric, model, k, n, items, source }) =>
        [benchmark, subBenchmark, metric, model, k, n, items, source].join(),
      )
      .toSorted()

  it.each([
    ['results first', [results, samples]],
    ['items first', [samples, results]],
    ['items without their folder', [results, alone]],
    ['the same twice', [samples, results, samples, results]],
    [
      'items written again, with other white space',
      [
        samples,
        results,
        Object.fromEntries(Object.entries(samples).map(([name, text]) => [name, `${text}\n\n`])),
      ],
    ],
  ])('are one result: %s', async (_, imports) => {
    await take({ ...results, [`e/${Object.keys(samples)[0]}`]: Object.values(samples)[0] ?? '' })
    const together = known()
    expect(together).toHaveLength(9)
    study.close()
    study = testStudy(8)
    for (const files of imports) expect(await take(files)).toMatchObject({ failed: [] })
    expect(known()).toEqual(together)
    expect(list().models).toHaveLength(1)
    const found = list().results.filter(({ items }) => items === 4)
    const [a = 0, b = 0] = found.map(({ no }) => no)
    expect(found).toHaveLength(2)
    expect(compareResults(study.db, study.studyId, { a, b: a }).paired?.n).toBe(4)
    expect(compareResults(study.db, study.studyId, { a, b }).reasons).not.toEqual([])
  })

  it('say that items belong to results of the study, and results to items', async () => {
    await take(results)
    expect((await take(alone)).notes).toEqual([
      expect.stringMatching(/^samples_gsm8k.*its items belong to e\/m\/results.*in the study/),
    ])
    for (const { id } of list().files) deleteResultFile(study.db, study.studyId, id)
    await take(samples)
    expect(list().models.map(({ model }) => model)).toEqual(['m'])
    const mapping = { ...unknownModel(), armKey: 'small', round: 1 }
    mapModel(study.db, study.studyId, { source: 'lm-eval', model: 'm', mapping })
    expect((await take(results)).notes).toEqual([
      expect.stringMatching(/^e\/m\/results.*: m\/samples_gsm8k.* belongs to its numbers/),
    ])
    // What was said of the folder's name holds for the model that it is the folder of.
    expect(list().models).toMatchObject([{ mapping, results: 9 }])
  })

  it('are refused where they contradict each other, whichever came first', async () => {
    await take(results)
    await expect(take(wrong)).rejects.toThrow(
      /^m\/samples_gsm8k.*strict-match: expected .* 0\.5 over 4 in e\/m\/results.*found 0\.25 over 4.*remove/,
    )
    for (const { id } of list().files) deleteResultFile(study.db, study.studyId, id)
    await take(wrong)
    await expect(take(results)).rejects.toThrow(
      /^e\/m\/results.*strict-match: expected .* 0\.25 over 4 in m\/samples.*found 0\.5 over 4/,
    )
    expect(list().results).toHaveLength(2)
    // The same share of another number of items.
    const [one = '', two = '', ...rest] = Object.values(samples)[0]?.trim().split('\n') ?? []
    for (const { id } of list().files) deleteResultFile(study.db, study.studyId, id)
    const fewer = [one, two, ...rest].filter((line) => /"doc_id": ?[01],/.test(line))
    await take(results)
    await expect(take({ [Object.keys(samples)[0] ?? '']: fewer.join('\n') })).rejects.toThrow(
      /over 4 in .*found .* over 2/,
    )
  })

  it('are asked for their folder where they fit two evaluations', async () => {
    const other = resultFixture('lm-eval-results.json').replaceAll('saves/alpaca-round-1', 'other')
    await take({ ...results, [`e/n/results_${STAMP}.json`]: other })
    await expect(take(alone)).rejects.toThrow(
      /found e\/m\/results.* and e\/n\/results.*import it with the folder/,
    )
    expect(await take(samples)).toMatchObject({ failed: [] })
    expect(list().results).toHaveLength(18)
  })

  it('take what they said with them when they are removed, and bring it back', async () => {
    await take(samples)
    await take(results)
    const before = list()
    for (const { id } of before.files) {
      deleteResultFile(study.db, study.studyId, id)
      expect(list().results.filter(({ items, k }) => items > 0 && k === null)).toEqual([])
      expect(list().results.length).toBeGreaterThan(0)
      restoreResultFile(study.db, study.studyId, id)
      expect(list()).toEqual(before)
    }
  })

  it("join OpenCompass's summary with its folder", async () => {
    const at = 'o/20241215_100000'
    const summary = {
      [`${at}/summary/summary_20241215_100000.csv`]: resultFixture('opencompass-summary.csv'),
    }
    const folder = {
      [`${at}/results/student-a/gsm8k.json`]: resultFixture('opencompass-gsm8k.json'),
    }
    await take(summary)
    await take(folder)
    const [gsm, ...more] = list().results.filter(
      ({ model, benchmark }) => model === 'student-a' && benchmark === 'gsm8k',
    )
    expect(more).toEqual([])
    expect(gsm).toMatchObject({ value: 54.20773313115997, templateHash: 'prompt 1d7fe4, gen' })
  })
})
