import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeScores, FakeTokenizer } from '@/lib/backends/dialects/fake/tokens'
import { computeRequestSchema } from '@/lib/contracts/compute'
import type { RowDetail } from '@/lib/contracts/rows'
import { BackendPool } from '@/lib/worker/backend-pool'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { claim } from '@/lib/queue/leases'
import { getJob } from '@/lib/queue/queue'
import { runJob } from '@/lib/worker/run-job'
import { addFake } from '@/lib/testing/job-study'
import { currentCells } from '../cells'
import { startRuns } from '../runs/compute'
import { importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { getRowDetail } from './detail'

const OWNER = 'test'
const human = (value: string) => ({ from: 'human', value })
const gpt = (value: string) => ({ from: 'gpt', value })
const ENDS = [human('Where does it end?'), gpt('In the North Sea, near Cuxhaven.')]
const RIVER = [human('Name a river.'), gpt('The Elbe.'), ...ENDS]
const CHAT = [{ from: 'system', value: 'Be brief.' }, ...RIVER, human('Thanks!')]
const UNANSWERED = [gpt('Hello.'), human('Name a river.')]
const METRICS = ['loss', 'chat_loss', 'cherry_loss']

let study: TestStudy
let rows: RowDetail[]
let started: ReturnType<typeof startRuns>

/** Scores two chat rows with the fake backend through real jobs, and reads them back. */
beforeEach(async () => {
  study = await testStudy()
  const { db, config, studyId } = study
  await importRows(study, 'chats.json', [{ conversations: CHAT }, { conversations: UNANSWERED }])
  addFake(db)
  const request = computeRequestSchema.parse({
    metrics: METRICS.map((metric) => ({ metric })),
    backends: Object.fromEntries(METRICS.map((metric) => [metric, 'fake'])),
  })
  started = startRuns(study, studyId, request)
  const pool = new BackendPool(db, config)
  const kinds = JOB_KINDS.map(({ kind }) => kind)
  for (let row = claim(db, OWNER, kinds); row; row = claim(db, OWNER, kinds)) {
    const kind = JOB_KINDS.find((entry) => entry.kind === row?.kind)
    if (!kind) throw new Error('no such kind')
    const signal = new AbortController().signal
    await runJob({ db, config, pool, owner: OWNER }, kind, row, signal)
  }
  await pool.closeAll()
  const cellId = currentCells(db, studyId)[0]?.id ?? ''
  rows = [0, 1].map((idx) => getRowDetail(db, studyId, cellId, idx))
})
afterEach(() => study.close())

const stripOf = (metric: string, row = 0) =>
  rows[row]?.details.find((entry) => entry.metric === metric)?.strip

describe('the tokens of a row', () => {
  it('come from runs that ended well', () => {
    expect(started.blocked).toEqual([])
    expect(started.jobs.map((job) => getJob(study.db, job.id).state)).toEqual(
      METRICS.map(() => 'succeeded'),
    )
  })

  it('are those of the last user and assistant pair, without the turns before it', () => {
    expect(rows[0]?.row).toMatchObject({
      instruction: 'Name a river.',
      response: 'In the North Sea, near Cuxhaven.',
      lastPair: { user: 'Where does it end?', reply: 'In the North Sea, near Cuxhaven.' },
    })
    const strip = stripOf('loss')
    expect(strip?.joint.texts?.join('')).toBe(
      'Where does it end?\nIn the North Sea, near Cuxhaven.',
    )
    expect(rows[1]?.row.values['ifd.strict']).toEqual({ value: null, status: 'no_response' })
  })

  it('carry the losses of both passes out of the request cache', () => {
    const strip = stripOf('loss')
    const tokenizer = new FakeTokenizer(false)
    const x = tokenizer.encode('Where does it end?\n', false)
    const y = tokenizer.encode('In the North Sea, near Cuxhaven.', false)
    const joint = Int32Array.from([...x, ...y])
    expect(strip?.joint.ids).toEqual([...joint])
    expect(strip).toMatchObject({ x: [0, x.length], newline: 1, yFrom: x.length, sameTokens: true })
    const losses = (ids: Int32Array) =>
      Array.from(fakeScores(ids, 1), (score, i) => (i === 0 ? null : -score))
    const rounded = (values: readonly (number | null)[] | null | undefined) =>
      values?.map((value) => (value === null ? null : Math.round(value * 1e5) / 1e5))
    expect(rounded(strip?.joint.losses)).toEqual(rounded(losses(joint)))
    expect(strip?.alone?.losses?.[0]).toBeNull()
    expect(strip?.alone?.losses?.[1]).toBeCloseTo(losses(y)[1] as number, 5)
    // The stored sums are of these very losses.
    const sum = (strip?.joint.losses ?? [])
      .slice(x.length + 1)
      .reduce<number>((a, b) => a + (b ?? 0), 0)
    const mean = rows[0]?.row.values['conditional_loss.strict']?.value as number
    expect(mean).toBeCloseTo(sum / (y.length - 1), 5)
  })

  it('have their template around them under the chat template and in the cherry mode', () => {
    const chat = stripOf('chat_loss')
    expect(chat?.joint.texts?.join('')).toBe(
      '<|user|>Where does it end?<|end|><|assistant|>In the North Sea, near Cuxhaven.',
    )
    expect(chat?.joint.texts?.slice(...(chat.x as [number, number])).join('')).toBe(
      'Where does it end?',
    )
    // The reply's header stands in front, so the first token has a loss alone too.
    expect(chat?.alone?.losses?.every((loss) => loss !== null)).toBe(true)
    const cherry = stripOf('cherry_loss')
    expect(cherry?.joint.texts?.join('')).toMatch(/Where does it end\?\n\n### Response:In the/)
    expect(rows[0]?.row.values['cherry_ifd.all']?.status).toBe('ok')
    expect(rows[0]?.row.values['chat_ifd.ifd']?.status).toBe('ok')
  })

  it('stay when the cache was purged, without their losses', () => {
    const { db, studyId } = study
    db.$client.prepare('delete from request_cache').run()
    const cellId = currentCells(db, studyId)[0]?.id ?? ''
    const strip = getRowDetail(db, studyId, cellId, 0).details.find(
      (entry) => entry.metric === 'loss',
    )?.strip
    expect(strip?.joint.losses).toBeNull()
    expect(strip?.joint.texts?.[0]).toBe('Where')
  })
})
