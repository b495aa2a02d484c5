import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eq } from 'drizzle-orm'
import { backends, cells, responses, responseSets } from '@/db/schema'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { emptyFilter } from '@/lib/contracts/filter'
import { respondRequestSchema } from '@/lib/contracts/responses'
import { statusCode } from '@/lib/contracts/status'
import { getJob, getJobRow } from '@/lib/queue/queue'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { currentResponseSet } from '../cells'
import { columnReader } from '../columns'
import { getRowDetail } from '../rows/detail'
import { selectRows } from '../rows/select'
import { getRun } from '../runs'
import { startRuns } from '../runs/compute'
import { getStudyDetail } from '../studies/detail'
import { purgeResponseSets } from './purge'
import { startResponses } from './start'
import {
  changeResponseSet,
  deleteResponseSet,
  getResponseSet,
  listResponseSets,
  restoreResponseSet,
} from '.'

const ROWS = 23
// As the test study leaves every eleventh row from the tenth without a response.
const MISSING = 2

let of: TestStudy
beforeEach(() => {
  of = testStudy(ROWS, { latencyMs: 1 })
  const report = { rows: ROWS, skipped: [], flags: { no_response: MISSING }, notes: [] }
  of.db.update(cells).set({ report }).run()
})
afterEach(() => of.close())

const write = (changes: Record<string, unknown> = {}) => {
  const request = { backend: 'fake', maxTokens: 64, ...changes }
  return startResponses(of, of.studyId, respondRequestSchema.parse(request))
}

/** Writes a set to its end and returns it. */
async function written(changes: Record<string, unknown> = {}) {
  const { id } = write(changes)
  await runJobs(of)
  const job = getJob(of.db, id)
  expect(job).toMatchObject({ state: 'succeeded', error: null })
  return getResponseSet(of.db, of.studyId, String(job.result?.['set']))
}

const kept = (states: string[], set?: string) => {
  const where = { is: 'response', states, ...(set === undefined ? {} : { set }) } as never
  const found = selectRows(of.db, of.studyId, { ...emptyFilter(), where })
  return [...found.values()].reduce((sum, rows) => sum + rows.length, 0)
}

describe('responses for rows that have some already', () => {
  it('stand beside those of the files until they are made current', async () => {
    const set = await written({ cellIds: ['child'] })
    expect(set).toMatchObject({ kind: 'generated', label: 'Fake, greedy', runs: 0 })
    expect(set.files).toMatchObject([
      { cellId: 'child', rows: ROWS, answered: ROWS, failed: 0, isCurrent: false },
    ])
    const [shown, other] = getRowDetail(of.db, of.studyId, 'child', 3).responses
    expect([shown?.label, shown?.isCurrent]).toEqual(['From the files', true])
    expect(other).toMatchObject({ label: 'Fake, greedy', isCurrent: false, status: 'ok' })
    expect(other?.text).not.toBe(shown?.text)
    const chosen = changeResponseSet(of.db, of.studyId, set.key, {
      current: 'all',
      label: 'Greedy',
    })
    expect(chosen).toMatchObject({ label: 'Greedy', files: [{ isCurrent: true }] })
    expect(getRowDetail(of.db, of.studyId, 'child', 3).row.response).toBe(other?.text)
    const { cells: found } = getStudyDetail(of.db, of.studyId)
    expect(found.map(({ responses: set }) => set?.missing)).toEqual([MISSING, 0])
    expect(found.map(({ flags }) => flags['no_response'])).toEqual([MISSING, undefined])
    const [files] = listResponseSets(of.db, of.studyId).filter(({ kind }) => kind === 'imported')
    changeResponseSet(of.db, of.studyId, files?.key ?? '', { current: ['child'] })
    expect(getRowDetail(of.db, of.studyId, 'child', 3).row.response).toBe(shown?.text)
  })

  it('can be deleted, restored, and are purged with their texts', async () => {
    const { key } = await written({ cellIds: ['child'], makeCurrent: true })
    expect(currentResponseSet(of.db, 2)?.definitionHash).toBe(key)
    deleteResponseSet(of.db, of.studyId, key)
    expect(currentResponseSet(of.db, 2)?.kind).toBe('imported')
    expect(() => getResponseSet(of.db, of.studyId, key)).toThrow('no such set')
    expect(restoreResponseSet(of.db, of.studyId, key).files[0]).toMatchObject({ answered: ROWS })
    expect(() => deleteResponseSet(of.db, of.studyId, 'imported')).toThrow('with their files')
    deleteResponseSet(of.db, of.studyId, key)
    expect(purgeResponseSets(of.db, Date.now() + 1)).toBe(1)
    expect(() => restoreResponseSet(of.db, of.studyId, key)).toThrow('no such set')
    const sets = of.db.select({ no: responses.setNo }).from(responses).all()
    expect([...new Set(sets.map(({ no }) => no))]).toEqual([1, 2])
  })

  it('of another name, another file or other rows extend the set of the same definition', async () => {
    const filter = { ...emptyFilter(), sample: { rows: 5, seed: 3 } }
    const first = await written({ rowSet: { kind: 'filter', filter }, label: 'Mine' })
    expect(first.files.reduce((sum, { answered }) => sum + answered, 0)).toBe(5)
    const before = of.db.select().from(responses).where(eq(responses.setNo, 3)).all()
    const again = await written({ label: 'Other' })
    expect(again).toMatchObject({ key: first.key, label: 'Mine' })
    expect(again.files.map(({ answered }) => answered)).toEqual([ROWS, ROWS])
    const after = of.db.select().from(responses).where(eq(responses.setNo, 3)).all()
    expect(after).toEqual(expect.arrayContaining(before))
    const drawn = await written({ temperature: 0.7, label: 'Mine' })
    expect(drawn.label).toBe('Mine (2)')
    expect(drawn.definition).toMatchObject({ decoding: { temperature: 0.7, topP: 1, seed: 1 } })
    expect(() => changeResponseSet(of.db, of.studyId, drawn.key, { label: 'Mine' })).toThrow(
      'Choose another name',
    )
  })
})

it('sends a row as a chat, with its system prompt and earlier turns, or by the two templates', async () => {
  of.db.$client
    .prepare("update rows set system = 'Be brief.', history = ? where cell_no = 2 and idx = 0")
    .run(JSON.stringify([['Hello', 'Good day']]))
  const chat = await written({ cellIds: ['child'], mode: 'chat' })
  expect(chat.definition).toMatchObject({ mode: 'chat', prompts: [] })
  const templates = await written({ cellIds: ['child'] })
  const keys = of.db.$client.prepare('select count(*) as n from request_cache').get()
  expect(keys).toEqual({ n: 2 * ROWS })
  const texts = getRowDetail(of.db, of.studyId, 'child', 0).responses.map(({ text }) => text)
  expect(new Set(texts).size).toBe(3)
  expect(chat.key).not.toBe(templates.key)
  of.db.$client.prepare("update rows set history = '[1]' where cell_no = 2 and idx = 0").run()
  const { id } = write({ cellIds: ['child'], mode: 'chat', maxTokens: 65 })
  await runJobs(of)
  expect(getJob(of.db, id)).toMatchObject({ state: 'failed' })
  expect(getJob(of.db, id).error).toContain('history')
})

it('says which responses were cut and asks again for those that failed', async () => {
  const set = await written({ cellIds: ['child'], maxTokens: 16 })
  const cut = set.files[0]?.truncated ?? 0
  expect(cut).toBeGreaterThan(0)
  const no = of.db.select().from(responseSets).all().at(-1)?.no ?? 0
  expect([kept(['truncated']), kept(['truncated'], set.key)]).toEqual([0, cut])
  expect([kept(['present']), kept(['missing'])]).toEqual([2 * (ROWS - MISSING), 2 * MISSING])
  const failed = { text: null, status: statusCode('error'), finishReason: 'error' }
  of.db.update(responses).set(failed).where(eq(responses.setNo, no)).run()
  of.db.update(responseSets).set({ version: 99 }).where(eq(responseSets.no, no)).run()
  expect(getResponseSet(of.db, of.studyId, set.key).files[0]).toMatchObject({
    answered: 0,
    failed: ROWS,
  })
  expect(kept(['failed'], set.key)).toBe(ROWS)
  expect(() => kept(['failed'], 'gone')).toThrow('no such set')
  const again = await written({ cellIds: ['child'], maxTokens: 16 })
  expect(again.files).toEqual(set.files)
})

it('names the set that a run scored, keeps values of each, and marks those of another', async () => {
  const losses = async () => {
    const request = computeRequestSchema.parse({
      metrics: [{ metric: 'loss' }],
      backends: { loss: 'fake' },
      cellIds: ['child'],
    })
    const { runs } = startRuns(of, of.studyId, request)
    await runJobs(of)
    return getRun(of.db, runs[0]?.id ?? '')
  }
  const cell = { no: 2, rowCount: ROWS }
  const values = () => [...columnReader(of.db, of.studyId).read('ifd.strict', cell).values]
  const first = await losses()
  expect(first).toMatchObject({ responseSets: ['From the files'], outdatedCells: 0 })
  const ofFiles = values()
  const set = await written({
    cellIds: ['child'],
    rowSet: { kind: 'filter', filter: { ...emptyFilter(), sample: { rows: 9, seed: 1 } } },
    makeCurrent: true,
  })
  expect(getRun(of.db, first.id).outdatedCells).toBe(1)
  expect(values()).toEqual(ofFiles)
  const second = await losses()
  expect(second).toMatchObject({ responseSets: [set.label], outdatedCells: 0 })
  expect(second.id).not.toBe(first.id)
  expect(second.record.reasons).toMatchObject({ no_response: ROWS - second.valued })
  const ofSet = values()
  expect(ofSet).not.toEqual(ofFiles)
  // Rows that are answered later are scored later.
  await written({ cellIds: ['child'] })
  const third = await losses()
  expect(third.id).toBe(second.id)
  expect(third.valued).toBeGreaterThan(second.valued)
  changeResponseSet(of.db, of.studyId, 'imported', { current: 'all' })
  expect(values()).toEqual(ofFiles)
  expect(
    [getRun(of.db, first.id), getRun(of.db, second.id)].map((run) => run.outdatedCells),
  ).toEqual([0, 1])
  deleteResponseSet(of.db, of.studyId, set.key)
  purgeResponseSets(of.db, Date.now() + 1)
  expect(getRun(of.db, second.id)).toMatchObject({ responseSets: [set.label], outdatedCells: 1 })
})

it('goes on after a stop with the rows that were chosen, and pauses for another model', async () => {
  const filter = { ...emptyFilter(), where: { is: 'response', states: ['missing'] } } as const
  // Longer than the first look at whether to stop.
  of.db
    .update(backends)
    .set({ config: { latencyMs: 200 } })
    .where(eq(backends.id, 'fake'))
    .run()
  const { id } = write({ rowSet: { kind: 'filter', filter }, makeCurrent: true })
  // By now no row lacks a response: the job keeps what it was asked for.
  of.db
    .update(responses)
    .set({ text: 'x', status: statusCode('ok') })
    .run()
  await runJobs(of, () => 'shutdown')
  expect(getJob(of.db, id).state).not.toBe('succeeded')
  await runJobs(of)
  expect(getJob(of.db, id).state).toBe('succeeded')
  const [set] = listResponseSets(of.db, of.studyId)
  expect(set?.files.map(({ answered }) => answered)).toEqual([MISSING, MISSING])
  const other = write({ maxTokens: 99 })
  await runJobs(of, () => (getJobRow(of.db, other.id).payload['model'] ? 'shutdown' : null))
  of.db
    .update(backends)
    .set({ config: { seed: 2 } })
    .where(eq(backends.id, 'fake'))
    .run()
  await runJobs(of)
  expect(getJob(of.db, other.id)).toMatchObject({
    state: 'paused',
    hold: { reason: 'model_changed' },
  })
})

it('refuses what cannot be written before anything is queued', () => {
  const refused = (changes: Record<string, unknown>) => () => write(changes)
  expect(refused({ backend: 'gone' })).toThrow('no')
  expect(refused({ cellIds: ['gone'] })).toThrow('no such file')
  expect(refused({ prompts: { respond: 'f'.repeat(64) } })).toThrow('hash')
  const filter = { ...emptyFilter(), arms: ['nobody'] }
  expect(refused({ rowSet: { kind: 'filter', filter } })).toThrow('no rows to answer')
  expect(refused({ budget: { money: 1 } })).toThrow('prices')
})
