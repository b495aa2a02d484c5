import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  modelStub,
  startStub,
  type StubReply,
  type StubRequest,
  type StubServer,
} from '@/lib/testing/servers/openai'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { BackendPool } from '@/lib/worker/backend-pool'
import { claim } from '@/lib/queue/leases'
import { listEvents } from '@/lib/queue/queue'
import { runJob } from '@/lib/worker/run-job'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { addBackend, listBackends } from '@/lib/services/backends'
import { getRunCard } from '@/lib/services/runs/cards'
import { startRuns } from '@/lib/services/runs/compute'
import { openExport } from '@/lib/services/exports'
import { listRuns } from '@/lib/services/runs'
import { errorResponse } from './respond'

// Looks like no known kind of key, so that nothing but the client's own knowledge of it can hide it.
const KEY = 'q7Jm-cAnArY/0123456789'
const VARIABLE = 'CANARY_KEY'
// Requests of a probe and of opening the session.
const PROBE_CHATS = 6

let study: TestStudy
let stub: StubServer
const lines: string[] = []

beforeEach(() => {
  vi.stubEnv(VARIABLE, KEY)
  vi.stubEnv('LOG_LEVEL', 'debug')
  lines.length = 0
  const write = fs.writeSync.bind(fs)
  vi.spyOn(fs, 'writeSync').mockImplementation(((fd: number, ...rest: [string]) => {
    if (fd !== 2) return write(fd, ...rest)
    lines.push(String(rest[0]))
    return Buffer.byteLength(rest[0])
  }) as typeof fs.writeSync)
  study = testStudy(12)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  study.close()
  await stub.close()
})

/** Serves the model until the backend was tested; then repeats the key that it was sent in what `echo` makes of it. */
function echoing(echo: (key: string, turn: number) => StubReply | null) {
  let chats = 0
  return (request: StubRequest): StubReply => {
    const key = String(request.headers.authorization).replace('Bearer ', '')
    const headers = { 'x-request-id': key, 'x-echo': key }
    if (request.path === '/v1/chat/completions') chats += 1
    const hostile = chats > PROBE_CHATS ? echo(key, chats) : null
    return { ...(hostile ?? modelStub(request)), headers: { ...headers, ...hostile?.headers } }
  }
}

// Every third request is refused; the rest is answered, so that rows fail and rows succeed.
const refusing = echoing((key, turn) => {
  const message = `no: ${key} ${encodeURIComponent(key)} Bearer ${key}`
  return turn % 3 === 0 ? { status: 400, body: { error: { message, type: key } } } : null
})

const replying = echoing((key, turn) =>
  turn % 2 === 0
    ? { body: { model: key, choices: [{ message: { content: key } }] } }
    : { headers: { 'content-type': `text/${key}` }, raw: key },
)

async function work(): Promise<string[]> {
  const { db, config } = study
  const pool = new BackendPool(db, config)
  const shown: string[] = []
  const kinds = JOB_KINDS.map(({ kind }) => kind)
  for (let row = claim(db, 'test', kinds); row; row = claim(db, 'test', kinds)) {
    const kind = JOB_KINDS.find((entry) => entry.kind === row?.kind)
    if (!kind) throw new Error('no such kind')
    const signal = new AbortController().signal
    await runJob({ db, config, pool, owner: 'test' }, kind, row, signal)
    shown.push(JSON.stringify(listEvents(db, row.id)))
  }
  await pool.closeAll()
  return shown
}

function everyFile(folder: string): Buffer {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names
    .map((name) => path.join(folder, name))
    .filter((file) => fs.statSync(file).isFile())
  return Buffer.concat(files.map((file) => fs.readFileSync(file)))
}

const SCENES = [
  { scene: 'repeated in refusals', answer: refusing, allDone: true },
  // Such a server is not asked on and on.
  { scene: 'repeated in replies', answer: replying, allDone: false },
]

describe.each(SCENES)('a key $scene', ({ answer, allDone }) => {
  it('is in no log, error, card, cache, database or export', async () => {
    stub = await startStub(answer)
    const { db, config, studyId } = study
    const settings = { baseUrl: stub.url, model: 'NAME', keyEnv: VARIABLE }
    const { backend } = addBackend(db, { kind: 'openai', label: 'Hostile', config: settings })
    const request = computeRequestSchema.parse({
      metrics: [{ metric: 'difficulty_score' }],
      backends: { difficulty_score: backend.id },
    })
    startRuns(study, studyId, request)
    const shown = await work()
    const runs = listRuns(db, studyId)
    const wanted = exportRequestSchema.parse({
      studyId,
      state: { filter: emptyFilter(), sort: { column: 'position' }, columns: [] },
      format: 'json',
      name: 'set',
    })
    const sent = await new Response((await openExport(db, wanted)).body).text()
    const refused = errorResponse(new Error(`Bearer ${KEY}`), 'GET /api/backends')
    shown.push(
      sent,
      await refused.text(),
      lines.join('\n'),
      JSON.stringify([runs, runs.map(({ id }) => getRunCard(db, id)), listBackends(db)]),
    )
    db.$client.pragma('wal_checkpoint(TRUNCATE)')
    const stored = everyFile(config.dataDir)

    // The scene is what it should be: the key was sent, rows failed and rows succeeded, lines were logged.
    expect(stub.seen.some(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true)
    const [run] = runs
    expect([run?.total, run?.done === 24]).toEqual([24, allDone])
    expect(run?.valued ?? 24).toBeLessThan(24)
    expect((run?.valued ?? 0) > 0).toBe(allDone)
    expect(lines.length).toBeGreaterThan(0)
    expect(stored.includes('Hostile')).toBe(true)
    expect(stored.includes(allDone ? '[redacted]' : 'repeats the key')).toBe(true)
    for (const text of [...shown, stored]) {
      expect(text.includes('cAnArY')).toBe(false)
      expect(text.includes(Buffer.from(KEY).toString('base64'))).toBe(false)
    }
  })
})
