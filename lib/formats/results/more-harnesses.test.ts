import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readResultFile } from './read'

// Written by hand from the shapes that the tools' own code writes.
const FIXTURES = path.join(process.cwd(), 'lib/formats/results/fixtures')
let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-results-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** Reads a fixture under a name, with a part of its text replaced. */
async function read(fixture: string, name: string, [from, to]: [string, string] = ['', '']) {
  const whole = fs.readFileSync(path.join(FIXTURES, fixture), 'utf8')
  expect(whole).toContain(from)
  const file = path.join(folder, 'file')
  fs.writeFileSync(file, whole.replace(from, to))
  return (await readResultFile({ path: file, name, unit: null })).results
}

it('reads reports of EvalScope with their subsets; 0 over no items is missing', async () => {
  const results = await read('evalscope.json', 'mmlu.json')
  const short = results.map((one) => [one.subBenchmark, one.metric, one.value, one.n, one.isShare])
  expect(short).toEqual([
    [null, 'mean_acc', 0.5833, 12, false],
    ['STEM/algebra', 'mean_acc', 0.625, 8, true],
    ['Other/law', 'mean_acc', 0.5, 4, true],
    ['Other/empty', 'mean_acc', null, 0, true],
    [null, 'mean_judge_score', 0.9, 12, false],
  ])
  expect(results.map(({ unit }) => unit)).toEqual([...Array(4).fill('fraction'), 'unstated'])
  expect(results[3]?.missing).toBe('not_reported')
  expect(results[0]).toMatchObject({ model: 'student-a', benchmark: 'mmlu', harness: 'evalscope' })
  const wrong = read('evalscope.json', 'mmlu.json', [
    '"score": 0.625, "num": 8',
    '"score": [], "num": 8',
  ])
  await expect(wrong).rejects.toThrow(
    'mmlu.json, metrics.0.categories.0.subsets.0.score: expected a number',
  )
})

it('reads results of lighteval: examples and parts from the name of the task, no mean of all tasks', async () => {
  const name = 'results_2024-12-15T00-00-00.500000.json'
  const results = await read('lighteval.json', name)
  const short = results.map((one) => [one.benchmark, one.subBenchmark, one.metric, one.fewShot])
  expect(short).toEqual([
    ['gsm8k', null, 'qem', 5],
    ['mmlu', 'law', 'acc', 0],
    ['mmlu', null, 'acc', 0],
    ['math', null, 'maj@4', 0],
  ])
  expect(results[0]).toMatchObject({ value: 0.25, n: 4, isShare: true, stderr: 0.25 })
  expect(results[1]).toMatchObject({ value: 0.5, n: null, isShare: false, stderr: null })
  expect(results[3]).toMatchObject({ unit: 'unstated', model: 'student-a' })
  expect(results[0]?.date).toBe('2024-12-15T00-00-00.500000')
  const wrong = read('lighteval.json', name, ['{"qem": 0.25, "qem_stderr": 0.25}', '3'])
  await expect(wrong).rejects.toThrow(
    `${name}, results.leaderboard|gsm8k|5: expected an object, found 3`,
  )
})

it('reads logs of Inspect with the outcomes of their items', async () => {
  const results = await read('inspect.json', 'log.json')
  expect(results.map(({ metric, value, unit }) => [metric, value, unit])).toEqual([
    ['match/accuracy', 0.75, 'fraction'],
    ['quality/mean', 7.5, 'unstated'],
    ['quality/std', 1.5, 'unstated'],
  ])
  expect(results[0]).toMatchObject({
    n: 4,
    k: 3,
    isShare: true,
    stderr: 0.25,
    model: 'hf/student-a',
  })
  expect(results[0]?.items?.map(({ id, hits }) => [id, hits])).toEqual([
    ['1', 1],
    ['2', 0],
    ['3', 1],
    ['4', 1],
  ])
  // Half points, and items that do not give the number, are no outcomes.
  const half = await read('inspect.json', 'log.json', ['"value": "I"', '"value": "P"'])
  expect(half[0]).toMatchObject({ value: 0.75, items: null, isShare: false })
  const other = await read('inspect.json', 'log.json', ['"value": "I"', '"value": "C"'])
  expect(other[0]?.items).toBeNull()
})

it('refuses an evaluation of Inspect that did not end, and logs of another version, with what to do', async () => {
  const started = read('inspect.json', 'log.json', ['"success"', '"started"'])
  await expect(started).rejects.toThrow(
    'log.json, status: expected "success" (the evaluation did not end, or failed), found "started"',
  )
  const newer = read('inspect.json', 'log.json', ['"version": 2', '"version": 3'])
  await expect(newer).rejects.toThrow(/version: expected 1 or 2.*inspect log convert.*found 3/)
})
