import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import { backendKeys } from '@/db/schema'
import { detectInputSchema } from '@/lib/contracts/backends'
import { testDatabase } from '@/lib/testing/database'
import { getJobRow } from '@/lib/queue/queue'
import {
  addBackend,
  duplicateBackend,
  getBackend,
  getBackendRow,
  listBackends,
  updateBackend,
} from '../backends'
import { requestDetection } from './detect'
import { dropForgottenKeys, readSecret, storedKeyName } from './keys'

const CANARY = 'sk-cAnArY-0123456789'
const DAY_MS = 24 * 3600 * 1000
const input = {
  kind: 'openai',
  label: 'Lab',
  config: { baseUrl: 'https://lab.example', model: 'm' },
  key: CANARY,
}

beforeEach(() => vi.stubEnv('EVOLENS_MASTER_KEY', randomBytes(32).toString('base64')))
afterEach(() => vi.unstubAllEnvs())

/** Everything that the database holds, as text. */
function dump(db: ReturnType<typeof testDatabase>): string {
  const tables = db.$client
    .prepare("select name from sqlite_master where type = 'table'")
    .all() as { name: string }[]
  return tables
    .flatMap(({ name }) => db.$client.prepare(`select * from "${name}"`).raw().all() as unknown[][])
    .flat()
    .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))
    .join('\n')
}

describe('a typed key', () => {
  it('is sealed, only ever shown as stored, and read when a request is made', () => {
    const db = testDatabase()
    const { backend } = addBackend(db, input)
    expect(backend).toMatchObject({ keyStored: true, keyIsSet: true, config: { keyEnv: null } })
    expect(JSON.stringify(listBackends(db))).not.toContain('cAnArY')
    expect(dump(db)).not.toContain('cAnArY')
    const name = getBackendRow(db, backend.id).config['keyEnv'] as string
    expect(name).toBe(storedKeyName(backend.id))
    expect(readSecret(db, name)).toBe(CANARY)
    vi.stubEnv('EVOLENS_MASTER_KEY', '')
    expect(getBackend(db, backend.id).keyIsSet).toBe(false)
    expect(() => readSecret(db, name)).toThrow('EVOLENS_MASTER_KEY is not set')
  })

  it('is refused without a master key, and nothing is added', () => {
    vi.stubEnv('EVOLENS_MASTER_KEY', '')
    const db = testDatabase()
    expect(() => addBackend(db, input)).toThrow('openssl rand')
    expect(listBackends(db)).toEqual([])
    expect(() => addBackend(db, { ...input, key: 'two words' })).toThrow('one word')
  })

  it('stays through other changes, is replaced, and is deleted', () => {
    const db = testDatabase()
    const { id } = addBackend(db, input).backend
    const name = storedKeyName(id)
    // A form sends null for the key that it never saw.
    const path = { baseUrl: 'https://lab.example/v1', model: 'n', keyEnv: null }
    expect(updateBackend(db, id, { config: path }).backend.keyStored).toBe(true)
    const replaced = updateBackend(db, id, { key: 'other-key' })
    expect(replaced.job?.kind).toBe('probe')
    expect(readSecret(db, name)).toBe('other-key')
    const dropped = updateBackend(db, id, { key: null }).backend
    expect(dropped).toMatchObject({ keyStored: false, keyIsSet: null })
    expect(db.select().from(backendKeys).all()).toEqual([])
    expect(() => readSecret(db, name)).toThrow('Enter it again')
  })

  it('gives way to the name of a variable', () => {
    const db = testDatabase()
    const { id } = addBackend(db, input).backend
    const named = updateBackend(db, id, { config: { keyEnv: 'LAB_KEY' } }).backend
    expect(named).toMatchObject({ keyStored: false, config: { keyEnv: 'LAB_KEY' } })
    expect(db.select().from(backendKeys).all()).toEqual([])
  })

  it('never follows to another origin, nor to a new replica', () => {
    const db = testDatabase()
    for (const config of [
      { baseUrl: 'https://elsewhere.example' },
      { baseUrl: 'https://lab.example:8443' },
      { replicas: ['https://replica.example'] },
    ]) {
      const { id } = addBackend(db, input).backend
      const moved = updateBackend(db, id, { config }).backend
      expect(moved).toMatchObject({ keyStored: false, keyIsSet: null })
      expect(() => readSecret(db, storedKeyName(id))).toThrow('Enter it again')
    }
    // Entered together with the addresses it goes to all of them.
    const config = { replicas: ['https://replica.example'] }
    const { id } = addBackend(db, input).backend
    updateBackend(db, id, { config, key: CANARY })
    expect(readSecret(db, storedKeyName(id))).toBe(CANARY)
  })

  it('is not given out when settings were changed behind its back', () => {
    const db = testDatabase()
    const { id } = addBackend(db, input).backend
    const config = { ...getBackendRow(db, id).config, baseUrl: 'https://elsewhere.example' }
    db.$client.prepare('update backends set config = ?').run(JSON.stringify(config))
    expect(() => readSecret(db, storedKeyName(id))).toThrow('another address')
  })

  it('belongs to one backend: a copy has none, and no other can name it', () => {
    const db = testDatabase()
    const { id } = addBackend(db, input).backend
    expect(duplicateBackend(db, id)).toMatchObject({ keyStored: false, config: { keyEnv: null } })
    const thief = { ...input.config, keyEnv: storedKeyName(id) }
    const { key: _key, ...rest } = input
    expect(() => addBackend(db, { ...rest, config: thief })).toThrow('EVOLENS_')
    expect(() => addBackend(db, { ...rest, config: { ...thief, keyEnv: 'EVOLENS_MASTER_KEY' } }))
      // The schema and the reserved names both stand in the way of our own secrets.
      .toThrow('never sent')
    expect(() => updateBackend(db, id, { config: thief })).toThrow('EVOLENS_')
  })
})

describe('a key typed for a detection', () => {
  const look = (db: ReturnType<typeof testDatabase>, asked: z.input<typeof detectInputSchema>) =>
    requestDetection(db, detectInputSchema.parse(asked))

  it('stays out of the job, and serves the backend that is saved with it', () => {
    const db = testDatabase()
    const { job, keyDraft } = look(db, { url: 'https://lab.example/v1', key: CANARY })
    expect(JSON.stringify(getJobRow(db, job.id))).not.toContain('cAnArY')
    expect(dump(db)).not.toContain('cAnArY')
    const draft = keyDraft as string
    expect(readSecret(db, storedKeyName(draft))).toBe(CANARY)
    const config = { ...input.config, replicas: ['https://replica.example'] }
    const { backend } = addBackend(db, { kind: 'openai', label: 'Lab', config, keyDraft: draft })
    expect(backend).toMatchObject({ id: draft, keyStored: true })
    expect(readSecret(db, storedKeyName(draft))).toBe(CANARY)
    expect(() => addBackend(db, { ...input, key: undefined, keyDraft: draft } as never)).toThrow(
      'saved already',
    )
  })

  it('is not sent elsewhere by naming its draft', () => {
    const db = testDatabase()
    const { keyDraft } = look(db, { url: 'https://lab.example', key: CANARY })
    const elsewhere = { url: 'https://elsewhere.example', keyDraft: keyDraft as string }
    expect(() => look(db, elsewhere)).toThrow('another address')
    expect(() =>
      addBackend(db, {
        kind: 'openai',
        label: 'X',
        config: { baseUrl: elsewhere.url, model: 'm' },
        keyDraft: elsewhere.keyDraft,
      }),
    ).toThrow('another address')
    expect(() => look(db, { url: 'https://u:p@lab.example' })).toThrow('name and password')
    expect(() => look(db, { url: 'https://lab.example?key=1' })).toThrow('without')
  })

  it('is forgotten after a day when nothing was saved', () => {
    const db = testDatabase()
    look(db, { url: 'https://lab.example', key: CANARY })
    const saved = addBackend(db, input).backend
    dropForgottenKeys(db, Date.now() + 2 * DAY_MS)
    expect(
      db
        .select()
        .from(backendKeys)
        .all()
        .map((row) => row.backendId),
    ).toEqual([saved.id])
  })
})
