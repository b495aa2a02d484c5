import { afterEach, beforeEach, expect, it } from 'vitest'
import { emptyFilter } from '@/lib/contracts/filter'
import { unknownModel, type ResultModel } from '@/lib/contracts/results'
import type { ResultLinesPrepared } from '@/lib/figures/shared/result-lines'
import { takeResults } from '@/lib/testing/take-results'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { filesHere } from '../files/tasks'
import { getDrawnValues, getStudyFigure, listStudyFigures } from '../figures'
import { listResults } from '../results'
import { compareResults } from '../results/compare'
import { importResults } from '../results/import'
import { mapModel } from '../results/models'

let study: TestStudy
beforeEach(async () => {
  study = await testStudy()
  const place = { seedSetKey: 'general', seedSetLabel: 'General', round: 1 }
  const arm = (key: 'small' | 'large') => ({
    ...place,
    armKey: key,
    armLabel: key === 'small' ? 'Small' : 'Large',
    armClass: key,
  })
  await importRows(study, 'a.json', alpacaRows(4, 'a'), arm('small'))
  await importRows(study, 'b.json', alpacaRows(4, 'b'), arm('large'))
})
afterEach(() => study.close())

const ROUNDS = 'results-over-rounds'
const HEAD = 'model,benchmark,metric,value,unit,n,harness,harness_version,few_shot,template_hash'

async function paste(...lines: string[]): Promise<void> {
  const pasted = `${[HEAD, ...lines].join('\n')}\n`
  await importResults(study, study.studyId, { pasted }, filesHere)
}
function say(model: string, mapping: Partial<ResultModel>): void {
  const all = { ...unknownModel(), ...mapping }
  mapModel(study.db, study.studyId, { source: 'table', model, mapping: all })
}
async function figure(figureId: string, options: unknown = {}) {
  const request = { figureId, options, filter: emptyFilter() }
  const result = await getStudyFigure(study.db, study.studyId, request)
  return { ...result, prepared: result.prepared as ResultLinesPrepared }
}

it('draws imported results once it is said what their models were trained on', async () => {
  const before = listStudyFigures(study.db, study.studyId).find(({ id }) => id === ROUNDS)
  expect(before?.available).toBe(false)
  await paste(
    'one,gsm8k,exact_match,0.60,fraction,1000,lm-eval,0.4.9,5,none',
    'two,gsm8k,exact_match,0.55,fraction,1000,lm-eval,0.4.9,5,none',
  )
  const unsaid = await figure(ROUNDS)
  expect(unsaid.prepared.marks).toEqual([])
  expect(unsaid.prepared.notes.join(' ')).toContain('2 results left out')
  say('one', { armKey: 'small', round: 1, student: 'Llama-3-8B' })
  say('two', { armKey: 'large', round: 1, student: 'Llama-3-8B' })
  const after = listStudyFigures(study.db, study.studyId).find(({ id }) => id === ROUNDS)
  expect(after?.available).toBe(true)
  const choices = after?.options.find(({ name }) => name === 'student')?.choices
  expect(choices?.map(({ value }) => value)).toEqual(['auto', 'Llama-3-8B'])
  const drawn = await figure(ROUNDS, { paper: true })
  expect(drawn.prepared.arms.map(({ label }) => label)).toContain('Small')
  expect(drawn.reading).toMatch(/^Small is higher than Large in 1 of 1 comparison; 1 of the 1/)
  const line = drawn.table.rows.find(({ arm }) => arm === 'Small')
  expect(line).toMatchObject({ value: 60, n: 1000, paper: 63.38, basis: 'Wilson, k of n' })
  expect(line).not.toHaveProperty('verdict')
  const said = drawn.prepared.notes.filter((note) => note.includes('no evaluation tool'))
  expect(said).toHaveLength(1)
})

it('leaves out results of another version of the tool until they are asked for', async () => {
  await paste(
    'one,gsm8k,exact_match,0.60,fraction,1000,lm-eval,0.4.9,5,none',
    'two,gsm8k,exact_match,0.55,fraction,1000,lm-eval,1.0,5,none',
  )
  say('one', { armKey: 'small', round: 1 })
  say('two', { armKey: 'large', round: 1 })
  const apart = await figure(ROUNDS)
  expect(apart.prepared.marks).toHaveLength(1)
  expect(apart.prepared.conflicts[0]?.definitions).toHaveLength(2)
  expect((await figure(ROUNDS, { mix: true })).prepared.marks).toHaveLength(2)
})

it('draws pasted counts of wins, ties and losses, three numbers a line', async () => {
  const pasted = 'Best 5 %: 421 57 327\nBest 10 %: 445 50 310\n'
  await importResults(study, study.studyId, { pasted }, filesHere)
  const { table } = await figure('win-tie-lose')
  expect(table.rows.map(({ label, win, n }) => [label, win, n])).toEqual([
    ['Best 5 %', 421, 805],
    ['Best 10 %', 445, 805],
  ])
})

/** A results file of lm-evaluation-harness with one number. */
function evaluated(model: string, value: number, more: object = {}): string {
  return JSON.stringify({
    results: { gsm8k: { 'exact_match,none': value } },
    'n-shot': { gsm8k: 5 },
    'n-samples': { gsm8k: { effective: 1000 } },
    versions: { gsm8k: 3 },
    model_name: model,
    chat_template_sha: null,
    lm_eval_version: '0.4.9',
    ...more,
  })
}

/** Both evolvers in one figure, and their difference where both have a result. */
async function drawnAndCompared() {
  for (const [model, armKey] of [['one', 'small'] as const, ['two', 'large'] as const]) {
    const mapping = { ...unknownModel(), armKey, round: 1 }
    mapModel(study.db, study.studyId, { source: 'lm-eval', model, mapping })
  }
  const { prepared } = await figure(ROUNDS)
  const { results } = listResults(study.db, study.studyId)
  const [a, b] = ['one', 'two'].map((name) => results.findLast(({ model }) => model === name)?.no)
  const compared = a && b ? compareResults(study.db, study.studyId, { a, b }) : null
  return { prepared, compared }
}

it('keeps two versions of one benchmark apart, in the figure as in the comparison', async () => {
  const older = evaluated('two', 0.5, { versions: { gsm8k: 2 } })
  await takeResults(study, { 'a/results_x.json': evaluated('one', 0.6), 'b/results_x.json': older })
  const { prepared, compared } = await drawnAndCompared()
  expect(prepared.marks).toHaveLength(1)
  expect(prepared.conflicts[0]?.definitions).toHaveLength(2)
  expect(compared).toMatchObject({
    difference: null,
    reasons: [
      'The prompt or chat template differs: none, task version 3 and none, task version 2.',
    ],
  })
})

it('draws results without n, with no interval and no test', async () => {
  const without = { 'n-samples': {} }
  await takeResults(study, {
    'a/results_x.json': evaluated('one', 0.6, without),
    'b/results_x.json': evaluated('two', 0.5, without),
  })
  const { prepared, compared } = await drawnAndCompared()
  expect(prepared.marks.map(({ value, low, n }) => [value, low, n])).toEqual([
    [60, null, null],
    [50, null, null],
  ])
  expect(prepared.notes).toContainEqual(expect.stringMatching(/^2 results without an interval/))
  expect(compared).toMatchObject({ reasons: [], unpairedP: null, paired: null })
  expect(compared?.difference).toBeCloseTo(10, 12)
})

it('draws what is whole where a file is half written, and says which is not', async () => {
  const done = await takeResults(study, {
    'a/results_x.json': evaluated('one', 0.6),
    'b/results_x.json': evaluated('two', 0.5).slice(0, -30),
  })
  expect(done.failed).toEqual([expect.stringMatching(/^b\/results_x\.json.*half written/)])
  const { prepared, compared } = await drawnAndCompared()
  expect(prepared.marks.map(({ arm, value }) => [arm, value])).toEqual([['small', 60]])
  expect(compared).toBeNull()
})

/** Two evaluations of one model, and one of the other evolver's. */
async function evaluatedTwice() {
  await takeResults(study, { 'a/results_x.json': evaluated('one', 0.5) })
  await takeResults(study, {
    'a/results_y.json': evaluated('one', 0.6),
    'b/results_y.json': evaluated('two', 0.5),
  })
  return drawnAndCompared()
}

it('draws the newer of two results of one model, and says that there is another one', async () => {
  const { prepared, compared } = await evaluatedTwice()
  expect(prepared.marks.map(({ value }) => value)).toEqual([60, 50])
  expect(prepared.notes).toContainEqual(expect.stringMatching(/^1 result not drawn: another one/))
  expect(compared?.difference).toBeCloseTo(10, 12)
})

it('draws each of two results of one model, or that of a named run, on request', async () => {
  await evaluatedTwice()
  const each = await figure(ROUNDS, { repeats: 'each' })
  expect(each.prepared.marks.map(({ value, repeat }) => [value, repeat])).toEqual([
    [60, undefined],
    [50, true],
    [50, undefined],
  ])
  expect(each.prepared.points.map(({ isApart }) => isApart)).toEqual([undefined, true, undefined])
  expect(each.reading).toMatch(/in 1 of 1 comparison/)
  expect(each.table.rows.map(({ run }) => run)).toEqual([
    expect.stringContaining('a/results_y.json'),
    expect.stringContaining('a/results_x.json'),
    expect.stringContaining('b/results_y.json'),
  ])
  const choices = each.figure.options.find(({ name }) => name === 'repeats')?.choices
  const older = choices?.find(({ label }) => label.includes('results_x.json'))?.value
  for (const id of [ROUNDS, 'results-over-sizes', 'results-dumbbell', 'results-heat-map'])
    expect((await figure(id, { repeats: older })).options['repeats']).toBe(older)
  const named = await figure(ROUNDS, { repeats: older })
  expect(named.prepared.marks.map(({ value }) => value)).toEqual([50, 50])
  expect(named.prepared.notes.join(' ')).toContain('of the chosen run (one in a/results_x.json')
  const gone = await figure(ROUNDS, { repeats: '987654' })
  expect(gone.prepared.notes.join(' ')).toContain('not among the results any more')
  expect(gone.prepared.marks.map(({ value }) => value)).toEqual([60, 50])
})

it('says what results of one point differ in: the size, or who wrote the responses', async () => {
  await paste(
    'one,gsm8k,exact_match,0.60,fraction,1000,lm-eval,0.4.9,5,none',
    'two,gsm8k,exact_match,0.55,fraction,1000,lm-eval,0.4.9,5,none',
  )
  const base = { armKey: 'small', round: 1, student: 'Llama', size: '8B' }
  say('one', { ...base, writer: 'Qwen' })
  say('two', { ...base, seedSets: ['general'], writer: 'Other' })
  const dots = await figure('results-dumbbell')
  expect(dots.prepared.notes.join(' ')).toContain('differ in: seed sets and response model.')
  const rounds = await figure(ROUNDS, { writer: 'Qwen' })
  expect(rounds.prepared.marks.map(({ value }) => value)).toEqual([60])
  expect(rounds.figure.options.find(({ name }) => name === 'writer')?.choices).toHaveLength(3)
})

it('prepares results once for all filters of rows, and again when one is imported', async () => {
  await paste('one,gsm8k,exact_match,0.60,fraction,1000,lm-eval,0.4.9,5,none')
  say('one', { armKey: 'small', round: 1, student: 'Llama-3-8B' })
  const all = await figure('results-dumbbell')
  const filter = { ...emptyFilter(), rounds: [7] }
  const request = { figureId: 'results-dumbbell', options: {}, filter }
  const cut = await getStudyFigure(study.db, study.studyId, request)
  expect(cut.prepared).toBe(all.prepared)
  // What a model was trained on and who measured it is sent once, in the table.
  expect(all.prepared.marks[0]).not.toHaveProperty('run')
  expect(all.table.rows[0]?.['run']).toContain('one in')
  expect(cut.filter).toEqual(filter)
  await paste('one,ifeval,strict,0.50,fraction,541,lm-eval,0.4.9,0,none')
  const later = await figure('results-dumbbell')
  expect(later.prepared.marks).toHaveLength(all.prepared.marks.length + 1)
})

it('draws of many students those with most results, in less than 100 KB, and gives all as CSV', async () => {
  const students = Array.from({ length: 150 }, (_, at) => `student-with-a-long-name-${at}`)
  const line = (model: string, benchmark: string, value: number) =>
    `${model},${benchmark},exact_match,${value},fraction,1000,lm-eval,0.4.9,5,none`
  const arms = ['small', 'large']
  await paste(
    ...students.flatMap((student) => arms.map((arm) => line(`${arm} ${student}`, 'gsm8k', 0.6))),
    ...arms.map((arm) => line(`${arm} ${students[70]}`, 'ifeval', 0.5)),
  )
  for (const student of students)
    for (const armKey of arms) say(`${armKey} ${student}`, { armKey, round: 1, student })
  const request = (figureId: string, options: object = {}) => ({
    figureId,
    options,
    filter: emptyFilter(),
  })
  for (const [id, lines] of [
    ['results-dumbbell', 302] as const,
    ['results-heat-map', 151] as const,
  ]) {
    const cut = await figure(id)
    expect(JSON.stringify(cut).length).toBeLessThan(100_000)
    expect(cut.table.rows.length).toBeLessThan(lines)
    expect(cut.table.rows.map(({ place }) => place)).toContain(students[70])
    expect(cut.prepared.notes.join(' ')).toMatch(
      /results of \d+ students not drawn: no more than \d+ results fit/,
    )
    const all = await getDrawnValues(study.db, study.studyId, request(id))
    expect(all.rows).toHaveLength(lines)
    const one = await figure(id, { student: students[120] })
    expect(new Set(one.table.rows.map(({ place }) => place))).toEqual(new Set([students[120]]))
  }
  const { figure: meta } = await figure('results-dumbbell', { student: students[1] })
  const offered = meta.options.find(({ name }) => name === 'student')
  expect(offered?.choices.map(({ value }) => value)).toContain(students[1])
  expect(offered?.choices).toHaveLength(82)
  expect(offered?.description).toContain('Of 150 the 80 imported last are offered')
})
