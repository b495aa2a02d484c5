import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { databaseBefore, testDatabase } from '@/lib/testing/database'
import { MODELS } from '@/lib/models/manifest'
import type { ProbeResult } from '@/lib/backends/types'
import { readConfig } from '@/lib/config'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { listJobs } from '@/lib/queue/queue'
import {
  addBackend,
  deleteBackend,
  duplicateBackend,
  ensureBuiltInBackends,
  getBackend,
  listBackends,
  probeBuiltIns,
  probeReturned,
  requestProbe,
  restoreBackend,
  updateBackend,
} from '../backends'
import { listBackendKinds } from './config'
import { saveProbe } from './probes'
import { chooseBackend } from '../runs/choose-backend'
import { dryRun } from '../runs/compute'
import { createStudy } from '../studies'

const openai = {
  kind: 'openai',
  label: 'Lab',
  config: { baseUrl: 'http://127.0.0.1:8000', model: 'm', keyEnv: 'LAB_KEY' },
}

// No model file lies here.
const NOWHERE = { cacheDir: '/nowhere', modelsDir: null }

function probe(states: Record<string, 'yes' | 'no'>) {
  const capabilities = Object.fromEntries(
    Object.entries(states).map(([name, state]) => [
      name,
      state === 'no' ? { state, reason: 'No file.' } : { state },
    ]),
  )
  return {
    capabilities,
    identity: { kind: 'x' },
    models: [],
    steps: [],
    latencyMs: 1,
  } as unknown as ProbeResult
}

describe('backends', () => {
  it('start with the built-in ones; the fake one only when asked for', () => {
    const db = testDatabase()
    ensureBuiltInBackends(db, {})
    ensureBuiltInBackends(db, {})
    expect(listBackends(db).map((backend) => backend.id)).toEqual([
      'embedded',
      'embedded-embeddings',
    ])
    const kinds = listBackendKinds({}).map((kind) => kind.id)
    expect(kinds).toEqual(expect.arrayContaining(['embedded', 'embedded-embeddings', 'openai']))
    expect(kinds).not.toContain('fake')
    expect(listBackendKinds({}).find(({ id }) => id === 'openai')?.isServer).toBe(true)
    expect(listBackendKinds({}).find(({ id }) => id === 'embedded')?.isServer).toBe(false)
    ensureBuiltInBackends(db, { EVOLENS_ENABLE_FAKE: '1' })
    expect(listBackends(db).map((backend) => backend.id)).toContain('fake')
  })

  it('are added with defaults filled in and tested by the worker', () => {
    const db = testDatabase()
    const { backend, job } = addBackend(db, openai)
    expect(backend.config).toMatchObject({ use: 'chat', allowPlainHttp: false, keyEnv: 'LAB_KEY' })
    expect(backend.keyIsSet).toBe(false)
    expect(job.kind).toBe('probe')
    expect(requestProbe(db, backend.id).id).toBe(job.id)
    expect(() => addBackend(db, { ...openai, kind: 'nothing' })).toThrow('no backend kind')
    const secret = { ...openai, config: { ...openai.config, keyEnv: 'sk-not-a-name' } }
    expect(() => addBackend(db, secret)).toThrow('environment variable')
  })

  it('lose the name of their key when their origin changes', () => {
    const db = testDatabase()
    const { id } = addBackend(db, openai).backend
    saveProbe(db, id, probe({ chat: 'yes' }))
    expect(updateBackend(db, id, { label: 'Other' })).toMatchObject({
      job: null,
      backend: { label: 'Other' },
    })
    const path = updateBackend(db, id, { config: { baseUrl: 'http://127.0.0.1:8000/v1' } }).backend
    expect(path.config.keyEnv).toBe('LAB_KEY')
    expect(path.probe).toBeNull()
    const moved = updateBackend(db, id, { config: { baseUrl: 'https://example.org' } }).backend
    expect(moved.config.keyEnv).toBeNull()
  })

  it('have prices and replicas whatever their kind, and refuse what is none', () => {
    const db = testDatabase()
    const prices = { promptPerMillion: 2, completionPerMillion: null, currency: 'EUR' }
    const replicas = ['http://127.0.0.1:8001/v1', 'http://127.0.0.1:8002']
    const { backend } = addBackend(db, {
      ...openai,
      config: { ...openai.config, prices, replicas },
    })
    expect(backend.config).toMatchObject({
      prices,
      replicas: ['http://127.0.0.1:8001', 'http://127.0.0.1:8002'],
    })
    saveProbe(db, backend.id, probe({ chat: 'yes' }))
    const cheaper = { ...prices, promptPerMillion: 1 }
    const changed = updateBackend(db, backend.id, { config: { prices: cheaper } })
    expect(changed).toMatchObject({ job: null, backend: { config: { prices: cheaper } } })
    expect(changed.backend.probe).not.toBeNull()
    const fewer = updateBackend(db, backend.id, { config: { replicas: [], prices: null } }).backend
    expect(fewer.config).not.toHaveProperty('replicas')
    expect(fewer.config).not.toHaveProperty('prices')
    expect(fewer.config.keyEnv).toBe('LAB_KEY')
    const further = updateBackend(db, backend.id, { config: { replicas: ['https://h'] } }).backend
    expect(further.config.keyEnv).toBeNull()
    const bad = { ...openai, config: { ...openai.config, replicas: ['http://'] } }
    expect(() => addBackend(db, bad)).toThrow('not a URL')
    expect(() => addBackend(db, { kind: 'fake', label: 'F', config: { replicas } })).toThrow(
      'only servers',
    )
  })

  it('are duplicated with their settings', () => {
    const db = testDatabase()
    const { backend } = addBackend(db, openai)
    const copy = duplicateBackend(db, backend.id)
    expect(copy).toMatchObject({ label: 'Lab (copy)', config: backend.config, probe: null })
    expect(copy.id).not.toBe(backend.id)
  })

  it('can be deleted and restored, built-in ones cannot', () => {
    const db = testDatabase()
    ensureBuiltInBackends(db, {})
    const { id } = addBackend(db, openai).backend
    deleteBackend(db, id)
    expect(() => getBackend(db, id)).toThrow('no such backend')
    expect(restoreBackend(db, id).id).toBe(id)
    expect(() => deleteBackend(db, 'embedded')).toThrow('cannot be deleted')
  })

  it('are chosen by capability, built-in ones first, stand-ins never by themselves', () => {
    const db = testDatabase()
    ensureBuiltInBackends(db, {})
    addBackend(db, { kind: 'fake', label: 'Fake', config: {} })
    expect(chooseBackend(db, ['embed'], undefined, NOWHERE)).toMatchObject({
      backend: { id: 'embedded-embeddings' },
    })
    saveProbe(db, 'embedded', probe({ promptLogprobs: 'no', chat: 'no' }))
    expect(chooseBackend(db, ['promptLogprobs'], undefined, NOWHERE)).toMatchObject({
      blocked: 'Embedded SmolLM2 135M has no log-probabilities of given text. No file.',
    })
    const { id } = addBackend(db, openai).backend
    expect(chooseBackend(db, ['chat'], undefined, NOWHERE)).toMatchObject({ backend: { id } })
    expect(chooseBackend(db, ['promptLogprobs'], id, NOWHERE)).toHaveProperty('blocked')
    expect(chooseBackend(db, [], undefined, NOWHERE)).toEqual({ backend: null, identity: null })
  })

  it('that lacked their files can be chosen as soon as these are here, and are tested again once', () => {
    const db = testDatabase()
    ensureBuiltInBackends(db, {})
    const dirs = { cacheDir: fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-')), modelsDir: null }
    const lacking = { ...probe({ embed: 'no' }), failed: 'capability_missing' as const }
    saveProbe(db, 'embedded-embeddings', lacking)
    const choose = () => chooseBackend(db, ['embed'], undefined, dirs)
    const probes = () => listJobs(db, { kind: 'probe' }).length
    const asked = new Set<string>()
    const look = () => probeReturned(db, dirs, asked)
    look()
    expect(choose()).toHaveProperty('blocked')
    expect(probes()).toBe(0)
    const folder = path.join(dirs.cacheDir, 'models', 'all-minilm-l6-v2')
    const files = MODELS.find(({ id }) => id === 'all-minilm-l6-v2')?.files ?? []
    const place = (size: (bytes: number) => number) => {
      for (const file of files) {
        const at = path.join(folder, file.path)
        fs.mkdirSync(path.dirname(at), { recursive: true })
        fs.writeFileSync(at, '')
        fs.truncateSync(at, size(file.bytes ?? 1))
      }
    }
    place((bytes) => bytes - 1)
    expect(choose()).toHaveProperty('blocked')
    place((bytes) => bytes)
    // Nothing that the failed probe said counts any more, its model least of all.
    expect(choose()).toMatchObject({ backend: { id: 'embedded-embeddings' }, identity: null })
    look()
    look()
    expect(probes()).toBe(1)
    // A probe that failed for another reason still counts.
    saveProbe(db, 'embedded-embeddings', { ...lacking, failed: 'backend_unavailable' })
    expect(choose()).toHaveProperty('blocked')
    fs.rmSync(dirs.cacheDir, { recursive: true })
  })

  it('are tested again at start when they could do nothing', () => {
    const db = testDatabase()
    ensureBuiltInBackends(db, {})
    saveProbe(db, 'embedded', probe({ chat: 'no' }))
    saveProbe(db, 'embedded-embeddings', probe({ embed: 'yes' }))
    probeBuiltIns(db)
    expect(listJobs(db).map((job) => job.title)).toEqual(['Probe of Embedded SmolLM2 135M'])
  })

  it('cannot be measured while no worker runs', async () => {
    const db = testDatabase()
    const context = { db, config: readConfig({ EVOLENS_DATA_DIR: '/nowhere' }) }
    const { id } = createStudy(db, { name: 'Test' })
    const request = computeRequestSchema.parse({ metrics: [{ metric: 'mnd' }] })
    await expect(dryRun(context, id, request)).rejects.toMatchObject({
      code: 'backend_unavailable',
    })
    expect(listJobs(db)).toEqual([])
  })
})

it('embeddings of a version before are set to the float32 model and tested again, others are left', () => {
  const { db, migrate } = databaseBefore('_float32_embeddings.sql')
  const add = db.prepare(
    `insert into backends (id, kind, label, config, probe, probed_at, created_at) values (?, ?, '', ?, '{}', 1, 1)`,
  )
  add.run('default', 'embedded-embeddings', '{}')
  add.run('int8', 'embedded-embeddings', '{"modelId":"all-minilm-l6-v2-int8","threads":2}')
  add.run('mpnet', 'embedded-embeddings', '{"modelId":"all-mpnet-base-v2"}')
  add.run('broken', 'embedded-embeddings', '{"modelId"')
  add.run('other', 'tei', '{"modelId":"all-minilm-l6-v2-int8"}')
  migrate()
  expect(db.prepare('select id, config, probe, probed_at from backends').raw().all()).toEqual([
    ['default', '{}', null, null],
    ['int8', '{"modelId":"all-minilm-l6-v2","threads":2}', null, null],
    ['mpnet', '{"modelId":"all-mpnet-base-v2"}', null, null],
    ['broken', '{"modelId"', null, null],
    ['other', '{"modelId":"all-minilm-l6-v2-int8"}', '{}', 1],
  ])
})
