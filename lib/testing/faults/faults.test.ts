import { lookup } from 'node:dns/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type * as Client from '@/lib/backends/http/client'
import { retryRun } from '@/lib/services/runs'
import { DOWN, FAULT_CASES, type Lasting } from './cases'
import { closedPort, faultTools, status, type Fault, type FaultStudy } from './kit'
import { resumeJob } from '@/lib/queue/queue'

// Long enough for a busy machine; cases that wait for it shorten it.
const PATIENT_MS = 5_000
const limits = vi.hoisted(() => {
  process.env.LOG_LEVEL = 'silent'
  return { timeoutMs: 5_000 }
})
vi.mock('node:dns/promises', { spy: true })
vi.mock('@/lib/backends/http/client', async (original) => {
  const real = await original<typeof Client>()
  return {
    ...real,
    createHttpClient(options: Parameters<typeof real.createHttpClient>[0]) {
      const client = real.createHttpClient(options)
      // What is asked beside the work may take its time, however busy the machine.
      const send: typeof client.send = (request) =>
        client.send({
          ...request,
          timeoutMs: /completions|embeddings/.test(request.path) ? limits.timeoutMs : PATIENT_MS,
        })
      return { ...client, send }
    },
  }
})

const printed: string[][] = []
const { server, studyOn, closeAll } = faultTools()
let calm: { columns: string[]; entries: number }

/** Nothing lost, nothing doubled: the columns of an undisturbed run, and each prompt's answer kept once. */
function expectWhole(study: FaultStudy): void {
  expect(study.job.state).toBe('succeeded')
  expect(study.columns).toEqual(calm.columns)
  expect(study.cached).toEqual(calm.entries)
}

/** Lets the job go on in the way that is expected of it, and checks that it ends as an undisturbed one. */
async function goOn(study: FaultStudy, { goesOn }: Lasting): Promise<void> {
  const { db } = study.study
  const alone = goesOn === 'by itself'
  expect(await study.untilResumed(alone ? 2_000 : 40)).toBe(alone)
  if (goesOn === 'resumed by a person') resumeJob(db, study.jobId)
  if (goesOn === 'retried by a person') {
    const runId = db.$client.prepare('select id from runs').pluck().get() as string
    if (study.job.state === 'failed') study.retry()
    else study.follow(retryRun(db, runId).id)
  }
  expect(await study.run()).toBe('succeeded')
  expectWhole(study)
}

beforeAll(async () => {
  const well = await server()
  const study = studyOn(well.url)
  await study.run()
  calm = { columns: study.columns, entries: study.cached }
})

afterEach(async () => {
  vi.mocked(lookup).mockReset()
  limits.timeoutMs = PATIENT_MS
  await closeAll()
})

afterAll(() => {
  // FAULT_TABLE=1 prints what the documentation shows.
  if (process.env.FAULT_TABLE !== '1') return
  const lines = [
    ['fault', 'kind', 'rows', 'job', 'goes on'],
    ['---', '---', '---', '---', '---'],
    ...printed,
  ]
  process.stdout.write(`${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`)
})

it('what is compared with is an undisturbed run', () => {
  expect(calm.columns.length).toBeGreaterThan(10)
  expect(calm.entries).toBeGreaterThan(20)
})

describe('a fault that passes', () => {
  for (const { name, fault, passing, timeoutMs } of FAULT_CASES) {
    if (passing === undefined) continue
    it(`costs no row: ${name}`, async () => {
      const well = await server()
      const study = studyOn(well.url)
      await study.open()
      limits.timeoutMs = timeoutMs ?? PATIENT_MS
      well.breakWith(fault, passing)
      expect(await study.run()).toBe('succeeded')
      expectWhole(study)
    })
  }
})

describe('a fault that stays', () => {
  for (const { name, fault, kind, lasting, timeoutMs } of FAULT_CASES) {
    it(`leaves the job in a plain state: ${name}`, async () => {
      const well = await server()
      const study = studyOn(well.url)
      await study.open()
      limits.timeoutMs = timeoutMs ?? PATIENT_MS
      well.breakWith(fault)
      expect(await study.run()).toBe(lasting.state)
      expect([...study.failures]).toContain(kind)
      expect(study.job.hold?.reason).toBe(lasting.hold)
      expect(study.job.error ?? '').toMatch(lasting.says ?? /^/)
      expect(study.reasons.error ?? 0).toBe(lasting.errors ?? 0)
      // Whoever computed nothing has stored nothing of it.
      expect(study.cached).toBeLessThanOrEqual(calm.entries)
      printed.push([
        name,
        kind,
        lasting.errors ? `${lasting.errors} with status error` : 'none spoiled',
        lasting.hold ? `paused, ${lasting.hold}` : lasting.state,
        lasting.goesOn,
      ])
      well.heal()
      limits.timeoutMs = PATIENT_MS
      if (lasting.goesOn === 'nothing to do') expectWhole(study)
      else await goOn(study, lasting)
    })
  }
})

describe('a server that cannot be reached', () => {
  it('pauses the job when nothing listens, over a restart of the worker, until it is back', async () => {
    const well = await server()
    const study = studyOn(well.url)
    await study.open()
    await well.stop()
    expect(await study.run()).toBe('paused')
    expect(study.job).toMatchObject({ hold: { reason: 'backend_down', backendId: 'server' } })
    expect(study.job.error).toContain('Nothing listens')
    await study.restartWorker()
    expect(await study.untilResumed(30)).toBe(false)
    await well.start()
    await goOn(study, DOWN)
  })

  it('pauses the job as well when it was never there', async () => {
    const study = studyOn(`http://127.0.0.1:${await closedPort()}`)
    expect(await study.run()).toBe('paused')
    expect(study.job.error).toMatch(/Server is down.*Nothing listens/)
    printed.push([
      'connection refused',
      'retry',
      'none spoiled',
      'paused, backend_down',
      'by itself',
    ])
  })

  it('pauses the job when its name is not resolved', async () => {
    const well = await server()
    const port = new URL(well.url).port
    vi.mocked(lookup).mockImplementation((async () => [
      { address: '127.0.0.1', family: 4 },
    ]) as never)
    const study = studyOn(`http://inference.test:${port}`)
    await study.open()
    vi.mocked(lookup).mockRejectedValue(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
    expect(await study.run()).toBe('paused')
    expect(study.job.error).toContain('cannot be resolved')
    printed.push(['DNS failure', 'retry', 'none spoiled', 'paused, backend_down', 'by itself'])
    vi.mocked(lookup).mockImplementation((async () => [
      { address: '127.0.0.1', family: 4 },
    ]) as never)
    await goOn(study, DOWN)
  })

  it('fails the job when its certificate is not trusted', async () => {
    const secure = await server(true)
    const study = studyOn(secure.url)
    expect(await study.run()).toBe('failed')
    expect(study.job.error).toMatch(/certificate .* is not trusted/)
    expect(secure.asked).toBe(0)
    printed.push(['TLS error', 'config', 'none spoiled', 'failed', 'retried by a person'])
  })
})

describe('embeddings', () => {
  type Body = { data: { index: number; embedding: number[] }[] }
  const EMBEDDINGS = { metric: 'mnd', kind: 'openai', config: { use: 'embeddings' } }
  const data =
    (change: (list: Body['data']) => unknown[]): Fault =>
    ({ well }) =>
      well((body) => ({ ...body, data: change((body as unknown as Body).data) }))
  const FAULTS: Record<string, Fault> = {
    'duplicate indices': data((list) => list.map((entry) => ({ ...entry, index: 0 }))),
    'missing indices': data((list) => list.map(({ embedding }) => ({ embedding }))),
    'wrong batch length': data((list) => list.slice(1)),
    'vectors of several lengths': data((list) =>
      list.map((entry, i) => (i === 0 ? { ...entry, embedding: [1] } : entry)),
    ),
    'null in a vector': data((list) => list.map((entry) => ({ ...entry, embedding: [null, 1] }))),
    500: status(500),
    429: status(429, '{}', { 'retry-after': '1' }),
  }

  for (const [name, fault] of Object.entries(FAULTS)) {
    it(`are whole after a fault that passes: ${name}`, async () => {
      const well = await server()
      const undisturbed = studyOn(well.url, EMBEDDINGS)
      expect(await undisturbed.run()).toBe('succeeded')
      const study = studyOn(well.url, EMBEDDINGS)
      await study.open()
      well.breakWith(fault, 1)
      expect(await study.run()).toBe('succeeded')
      expect(study.columns).toEqual(undisturbed.columns)
      expect(study.cached).toBe(undisturbed.cached)
    })
  }
})

describe('chat', () => {
  const CHAT = { metric: 'difficulty_score', kind: 'openai' }

  it('loses the row whose reply was cut, with its reason, and no other; a retry asks it again', async () => {
    const well = await server()
    const undisturbed = studyOn(well.url, CHAT)
    await undisturbed.run()
    const study = studyOn(well.url, CHAT)
    await study.open()
    well.breakWith(status(200, '{"model":"NAME","choices":[{"mess'), 1)
    expect(await study.run()).toBe('succeeded')
    expect(study.reasons.error).toBe(1)
    expect(study.job.progress.reasons.error?.example).toContain('not JSON')
    const { db } = study.study
    const runId = db.$client.prepare('select id from runs').pluck().get() as string
    study.follow(retryRun(db, runId).id)
    expect(await study.run()).toBe('succeeded')
    expect(study.columns).toEqual(undisturbed.columns)
  })

  it('pauses on the first reply of another model and keeps none of them', async () => {
    const well = await server()
    const study = studyOn(well.url, CHAT)
    await study.open()
    well.breakWith(({ well: answer }) => answer((body) => ({ ...body, model: 'OTHER' })))
    expect(await study.run()).toBe('paused')
    expect(study.job).toMatchObject({
      hold: { reason: 'model_changed' },
      error: expect.stringMatching(/"OTHER" instead of "NAME"/) as string,
    })
    expect(study.cached).toBe(0)
    expect(study.doneRows.stored).toBe(0)
  })
})
