import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BACKEND_KINDS } from '@/lib/backends'
import { modelStub, startStub, type StubServer } from '@/lib/testing/servers/openai'
import type { ProbeResult, ProbeVector } from '@/lib/backends/types'
import { detectInputSchema } from '@/lib/contracts/backends'
import type { Job } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'
import { addBackend, getBackend, requestProbe } from '@/lib/services/backends'
import { requestDetection } from '@/lib/services/backends/detect'
import {
  backendHistory,
  beginProbe,
  closeLeftProbes,
  failProbe,
  probeState,
  saveProbe,
} from '@/lib/services/backends/probes'
import { BackendPool } from '@/lib/worker/backend-pool'
import { detectJob } from '../detect'
import { claim } from '@/lib/queue/leases'
import { probeJob } from '../probe'
import { getJob, listEvents } from '@/lib/queue/queue'
import { runJob } from '@/lib/worker/run-job'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import type { JobKind } from '@/lib/worker/types'

const CANARY = 'sk-cAnArY-0123456789'
const OWNER = 'test'

let study: TestStudy
let stub: StubServer | null = null

beforeEach(() => {
  vi.stubEnv('EVOLENS_MASTER_KEY', randomBytes(32).toString('base64'))
  study = testStudy(1)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  study.close()
  await stub?.close()
  stub = null
})

/** Runs the next waiting job of a kind, as the worker does. */
async function run(kind: JobKind): Promise<Job> {
  const { db, config } = study
  const row = claim(db, OWNER, [kind.kind])
  if (!row) throw new Error('no such job waits')
  const pool = new BackendPool(db, config)
  await runJob({ db, config, pool, owner: OWNER }, kind, row, new AbortController().signal)
  await pool.closeAll()
  return getJob(db, row.id)
}

function result(change: Partial<ProbeResult> = {}): ProbeResult {
  return {
    capabilities: { chat: { state: 'yes' } } as ProbeResult['capabilities'],
    identity: { kind: 'openai', model: 'm', revision: 'unknown' } as ProbeResult['identity'],
    models: ['m'],
    steps: [{ id: 'chat', name: 'chat', state: 'pass', detail: 'replies' }],
    latencyMs: 1,
    ...change,
  }
}

function vector(value: number): ProbeVector {
  return { of: 'promptScores', labels: [1, 2], values: [-1, value], tolerance: 1e-3 }
}

const lab = { kind: 'openai', label: 'Lab', config: { baseUrl: 'https://h', model: 'm' } }

describe('a detection', () => {
  it('answers with kind, models and what was asked; the typed key reaches the server and nothing else', async () => {
    stub = await startStub(modelStub)
    const { db } = study
    requestDetection(db, detectInputSchema.parse({ url: `${stub.url}/v1`, key: CANARY }))
    const job = await run(detectJob)
    expect(job).toMatchObject({
      state: 'succeeded',
      result: { kind: 'openai', baseUrl: stub.url, models: [{ id: 'NAME', contextLength: null }] },
    })
    expect(stub.seen.every(({ headers }) => headers.authorization === `Bearer ${CANARY}`)).toBe(
      true,
    )
    expect(JSON.stringify([job, listEvents(db, job.id)])).not.toContain('cAnArY')
  })

  it('fails with a remedy where nothing listens', async () => {
    stub = await startStub(modelStub)
    const { url } = stub
    await stub.close()
    requestDetection(study.db, detectInputSchema.parse({ url }))
    const job = await run(detectJob)
    expect(job).toMatchObject({ state: 'failed', errorCode: 'data_error' })
    expect(job.error).toContain('Check that the server runs')
  })
})

describe('a probe', () => {
  it('stores steps, capabilities and the model, and leaves no trace of the key', async () => {
    stub = await startStub(modelStub)
    const { db } = study
    const config = { baseUrl: stub.url, model: 'NAME' }
    const { backend } = addBackend(db, { kind: 'openai', label: 'Stub', config, key: CANARY })
    expect(backend.probing).toMatchObject({ state: 'waiting', steps: [] })
    const job = await run(probeJob)
    expect(job.state).toBe('succeeded')
    const after = getBackend(db, backend.id)
    expect(after).toMatchObject({
      probing: null,
      probeError: null,
      modelChange: null,
      probe: { capabilities: { chat: { state: 'yes' } }, identity: { model: 'NAME' } },
    })
    const { identities, probes } = backendHistory(db, backend.id)
    expect(identities).toHaveLength(1)
    expect(probes).toMatchObject([{ state: 'done', identityNo: identities[0]?.no }])
    expect(stub.seen.some(({ headers }) => headers.authorization === `Bearer ${CANARY}`)).toBe(true)
    const everything = JSON.stringify([after, identities, probes, job, listEvents(db, job.id)])
    expect(everything).not.toContain('cAnArY')
    expect(everything).not.toContain('EVOLENS_STORED_KEY')
    const table = db.$client.prepare('select * from backend_probes').all()
    expect(JSON.stringify(table)).not.toContain('cAnArY')
  })

  it('shows each step as soon as it is decided', async () => {
    const { db } = study
    const { backend } = addBackend(db, lab)
    const kind = BACKEND_KINDS.find(({ id }) => id === 'openai')
    if (!kind) throw new Error('the kind is registered')
    const seen: number[] = []
    vi.spyOn(kind, 'probe').mockImplementation(async (_config, _env, _signal, onStep) => {
      for (const id of ['chat', 'model'] as const) {
        onStep?.({ id, name: id, state: 'pass', detail: '' })
        seen.push(getBackend(db, backend.id).probing?.steps.length ?? -1)
      }
      return result()
    })
    expect((await run(probeJob)).state).toBe('succeeded')
    expect(seen).toEqual([1, 2])
  })

  it('that cannot be carried out says why and keeps what an earlier one found', async () => {
    vi.stubEnv('EVOLENS_MASTER_KEY', '')
    const { db } = study
    const { backend } = addBackend(db, lab)
    saveProbe(db, backend.id, result())
    const kind = BACKEND_KINDS.find(({ id }) => id === 'openai')
    if (!kind) throw new Error('the kind is registered')
    vi.spyOn(kind, 'probe').mockRejectedValue(
      new AppError('data_error', `Bearer ${CANARY} was refused`),
    )
    expect((await run(probeJob)).state).toBe('failed')
    const after = getBackend(db, backend.id)
    expect(after.probeError).toBe('Bearer [redacted] was refused')
    expect(after.probe).not.toBeNull()
  })

  it('compares every replica with the first address', async () => {
    const { db } = study
    const replicas = ['https://same', 'https://other', 'https://away']
    const { id } = addBackend(db, { ...lab, config: { ...lab.config, replicas } }).backend
    const kind = BACKEND_KINDS.find(({ id }) => id === 'openai')
    if (!kind) throw new Error('the kind is registered')
    vi.spyOn(kind, 'probe').mockImplementation(async (config) => {
      const { baseUrl } = config as { baseUrl: string }
      if (baseUrl === 'https://away') throw new AppError('backend_unavailable', 'Nothing listens.')
      return result({ vector: vector(baseUrl === 'https://other' ? -2.5 : -2) })
    })
    expect((await run(probeJob)).state).toBe('succeeded')
    const { probe } = getBackend(db, id)
    expect(probe?.steps.map(({ name, state }) => [name, state])).toEqual([
      ['chat', 'pass'],
      ['replica same', 'pass'],
      ['replica other', 'fail'],
      ['replica away', 'fail'],
    ])
    expect(probe?.steps[2]?.detail).toContain('Another model answers')
    // What a replica lacks is told, and takes nothing from the backend.
    expect(probe?.capabilities['chat']?.state).toBe('yes')
  })

  it('left open by a dead worker is closed, and old ones are dropped', () => {
    const { db } = study
    const { backend } = addBackend(db, lab)
    beginProbe(db, backend.id, 'a')
    closeLeftProbes(db)
    expect(backendHistory(db, backend.id).probes[0]?.error).toContain('worker ended')
    for (let n = 0; n < 30; n += 1) failProbe(db, beginProbe(db, backend.id, 'b'), 'x')
    expect(backendHistory(db, backend.id).probes).toHaveLength(20)
  })
})

describe('the model behind a backend', () => {
  /** One whole probe with this result. */
  function probed(id: string, found: ProbeResult, at: number): void {
    const { db } = study
    saveProbe(db, id, found, at, beginProbe(db, id, 'job', at))
  }

  it('is the same within the tolerance and another one beyond it, under the same name', () => {
    const { db } = study
    const { id } = addBackend(db, lab).backend
    probed(id, result({ vector: vector(-2) }), 1)
    probed(id, result({ vector: vector(-2.0009) }), 2)
    expect(backendHistory(db, id).identities).toHaveLength(1)
    // The first vector is the reference: small steps do not add up to another model.
    probed(id, result({ vector: vector(-2.0018) }), 3)
    expect(probeState(db, id, 3).modelChange).toMatchObject({
      at: 3,
      model: 'm',
      reason: expect.stringContaining('0.0018 nats'),
    })
    probed(id, result({ vector: vector(-2.0018) }), 4)
    // It stays news for a week, whatever is probed meanwhile.
    expect(probeState(db, id, 5).modelChange?.at).toBe(3)
    expect(probeState(db, id, 8 * 24 * 3600 * 1000).modelChange).toBeNull()
    probed(id, result({ vector: vector(-2) }), 5)
    const { identities, probes } = backendHistory(db, id)
    expect(identities.map(({ firstSeenAt, lastSeenAt }) => [firstSeenAt, lastSeenAt])).toEqual([
      [3, 4],
      [1, 5],
    ])
    expect(probes[0]?.identityNo).toBe(identities[1]?.no)
  })

  it('is known by its description where nothing can be compared; another name is no surprise', () => {
    const { db } = study
    const { id } = addBackend(db, lab).backend
    const named = (model: string, revision: string) =>
      result({ identity: { model, revision } as ProbeResult['identity'] })
    probed(id, named('m', 'a'), 1)
    probed(id, named('m', 'a'), 2)
    expect(probeState(db, id, 3).modelChange).toBeNull()
    probed(id, named('m', 'b'), 3)
    expect(probeState(db, id, 3).modelChange).toMatchObject({
      reason: 'It states revision b instead of a.',
    })
    probed(id, named('n', 'b'), 4)
    expect(probeState(db, id, 4).modelChange).toBeNull()
    expect(backendHistory(db, id).identities).toHaveLength(3)
  })

  it('is another one when it states another number format, even within the tolerance', () => {
    const { db } = study
    const { id } = addBackend(db, lab).backend
    const stated = (dtype: string) =>
      result({
        vector: vector(-2),
        identity: { model: 'm', revision: 'unknown', dtype } as ProbeResult['identity'],
      })
    probed(id, stated('Q8_0'), 1)
    probed(id, stated('Q8_0'), 2)
    probed(id, stated('unknown'), 3)
    expect(backendHistory(db, id).identities).toHaveLength(1)
    probed(id, stated('Q8_0'), 4)
    probed(id, stated('Q4_1'), 5)
    expect(backendHistory(db, id).identities).toHaveLength(2)
    expect(probeState(db, id, 5).modelChange).toMatchObject({
      reason: 'It states dtype Q4_1 instead of Q8_0.',
    })
  })

  it('is not judged by a probe that found nothing working', () => {
    const { db } = study
    const { id } = addBackend(db, lab).backend
    probed(id, result({ vector: vector(-2) }), 1)
    const dead = { chat: { state: 'no' } } as ProbeResult['capabilities']
    probed(id, result({ capabilities: dead, identity: { model: '' } as never }), 2)
    probed(id, result({ vector: vector(-2) }), 3)
    expect(backendHistory(db, id).identities).toHaveLength(1)
    expect(requestProbe(db, id).kind).toBe('probe')
  })
})
