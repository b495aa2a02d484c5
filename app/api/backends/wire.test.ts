import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call } from '@/components/hooks/api'
import * as api from '@/lib/api/backends'
import { fetchModelEndpoint, listModelsEndpoint } from '@/lib/api/models'
import { readConfig } from '@/lib/config'
import { ensureBuiltInBackends } from '@/lib/services/backends'
import { testDatabase } from '@/lib/testing/database'
import { closeWire, openWire } from '@/lib/testing/route-fetch'

let db: ReturnType<typeof testDatabase>

beforeEach(() => {
  db = testDatabase()
  ensureBuiltInBackends(db, {})
  openWire({ db, config: readConfig({ LOG_LEVEL: 'silent' }) })
})
afterEach(() => {
  closeWire()
})

const SERVER = {
  kind: 'openai',
  label: ' Lab \u0007',
  config: { baseUrl: 'http://127.0.0.1:9/v1', model: 'm' },
}

describe('backends over the wire', () => {
  it('are added under a clean label, changed, copied, probed, deleted and restored', async () => {
    const added = await call(api.addBackendEndpoint, { body: SERVER })
    expect(added.label).toBe('Lab')
    const params = { backendId: added.id }
    const renamed = await call(api.updateBackendEndpoint, { params, body: { label: 'Other' } })
    expect(renamed).toMatchObject({ id: added.id, label: 'Other' })
    const copy = await call(api.duplicateBackendEndpoint, { params })
    expect(copy.label).toBe('Other (copy)')
    const { job } = await call(api.probeBackendEndpoint, { params })
    expect(job).toMatchObject({ kind: 'probe', state: 'queued' })
    await expect(call(api.backendHistoryEndpoint, { params })).resolves.toEqual({
      identities: [],
      probes: [],
    })
    await expect(call(api.deleteBackendEndpoint, { params })).resolves.toBeUndefined()
    await expect(call(api.getBackendEndpoint, { params })).rejects.toMatchObject({ status: 404 })
    await call(api.restoreBackendEndpoint, { params })
    const listed = await call(api.listBackendsEndpoint, {})
    expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining([added.id, copy.id]))
  })

  it('are looked for at an address by a job', async () => {
    const body = { url: 'http://127.0.0.1:9' }
    const { job, keyDraft } = await call(api.detectBackendEndpoint, { body })
    expect(job.kind).toBe('detect')
    expect(keyDraft).toBeNull()
  })

  it('have kinds with their settings', async () => {
    const { kinds } = await call(api.backendKindsEndpoint, {})
    expect(kinds.find(({ id }) => id === 'openai')?.isServer).toBe(true)
  })
})

describe('models over the wire', () => {
  it('are listed, and one is fetched by one job however often it is asked for', async () => {
    const [model] = await call(listModelsEndpoint, {})
    const params = { modelId: model?.id ?? '' }
    const first = await call(fetchModelEndpoint, { params })
    const again = await call(fetchModelEndpoint, { params })
    expect(first.job.kind).toBe('fetch-model')
    expect(again.job.id).toBe(first.job.id)
  })
})
