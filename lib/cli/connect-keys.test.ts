import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateDatabase, openDatabase } from '@/db/client'
import { startStub, type StubServer } from '@/lib/testing/servers/openai'
import { readConfig } from '@/lib/config'
import { addBackend, ensureBuiltInBackends } from '@/lib/services/backends'
import { workerState } from '@/lib/services/system'
import { runEvolens, startWorker } from '@/lib/testing/cli'

const RIGHT = 'right-key-0123456789'
const WRONG = 'wrong-key-0123456789'

let folder: string
let server: StubServer
let env: Record<string, string>

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-keys-'))
  env = { EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder, LOG_LEVEL: 'silent' }
  server = await startStub((request) =>
    request.headers['authorization'] === `Bearer ${RIGHT}`
      ? { status: 404, body: { error: 'not here' } }
      : { status: 401, body: { error: { message: 'Invalid API key' } } },
  )
  const db = openDatabase(readConfig(env).databasePath)
  migrateDatabase(db)
  ensureBuiltInBackends(db)
  const config = { baseUrl: server.url, model: 'm', keyEnv: 'LAB_KEY' }
  addBackend(db, { kind: 'openai', label: 'lab', config })
  db.$client.close()
})
afterAll(async () => {
  await server.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

const connect = (patch: Record<string, string>) =>
  runEvolens(['connect', server.url, '--key-env', 'LAB_KEY'], { ...env, ...patch })
const probe = (patch: Record<string, string>) => runEvolens(['probe', 'lab'], { ...env, ...patch })

describe('connecting with a key', () => {
  it.each([
    ['connect', connect],
    ['probe', probe],
  ])(
    '%s: a wrong key and an unset variable are two messages',
    async (_, run) => {
      const wrong = await run({ LAB_KEY: WRONG })
      expect(wrong.out + wrong.err).toContain('refuses the key in LAB_KEY')
      expect(wrong.out + wrong.err).not.toContain(WRONG)
      expect(wrong.code).toBe(4)
      const unset = await run({})
      expect(unset.err).toContain('The environment variable LAB_KEY is not set')
      expect(unset.code).toBe(4)
    },
    120_000,
  )

  it('a running worker without the variable is a third message', async () => {
    const worker = startWorker(env)
    const ended = new Promise((resolve) => worker.once('close', resolve))
    try {
      const config = readConfig(env)
      const db = openDatabase(config.databasePath)
      await expect.poll(() => workerState({ db, config }).alive, { timeout: 60_000 }).toBe(true)
      db.$client.close()
      for (const run of [connect, probe]) {
        const { err, code } = await run({ LAB_KEY: RIGHT })
        expect(err).toContain(
          'LAB_KEY is set here, but the worker that runs was started without it',
        )
        expect(code).toBe(4)
      }
    } finally {
      worker.stdin?.end()
      await ended
    }
  }, 120_000)

  it('refuses to send a variable that is no key', async () => {
    const asked = server.seen.length
    const { err, code } = await runEvolens(['connect', server.url, '--key-env', 'HOME'], env)
    expect(err).toContain('EVOLENS_KEY_VARIABLES')
    expect(code).toBe(2)
    expect(server.seen.length).toBe(asked)
  }, 60_000)
})
