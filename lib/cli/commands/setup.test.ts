import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateDatabase, openDatabase } from '@/db/client'
import { createStudy } from '@/lib/services/studies'

let dataDir: string
let file: string

beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-setup-'))
  file = path.join(dataDir, 'evolens.sqlite')
})
afterEach(() => fs.rmSync(dataDir, { recursive: true, force: true }))

/** Runs what the start command runs before it starts web and worker. */
function setup() {
  const args = ['--import', 'tsx', 'lib/cli/main.ts', 'setup', '--no-models', '--no-sample']
  const env = { ...process.env, EVOLENS_DATA_DIR: dataDir, LOG_LEVEL: 'silent' }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

/** A database of some hundred pages. */
function makeDatabase(): void {
  const db = openDatabase(file)
  migrateDatabase(db)
  for (let n = 0; n < 200; n += 1) {
    createStudy(db, { name: `Study ${n}`, description: `number ${n} `.repeat(300) })
  }
  db.$client.pragma('wal_checkpoint(TRUNCATE)')
  db.$client.close()
}

function noteCleanStop(): void {
  const { size, mtimeMs } = fs.statSync(file)
  const note = JSON.stringify({ sizeBytes: size, modifiedMs: mtimeMs })
  fs.writeFileSync(path.join(dataDir, 'clean-stop'), note)
}

function expectRefusal({ status, stderr }: ReturnType<typeof setup>, what: RegExp): void {
  expect([status, stderr]).toEqual([3, expect.stringMatching(what)])
  expect(stderr).toContain(file)
  expect(stderr).toContain('EVOLENS_DATA_DIR')
}

describe('setup before a start', { timeout: 60_000 }, () => {
  it('looks through the database unless the last stop was an orderly one', () => {
    makeDatabase()
    expect(setup().stdout).toContain('looked through')
    noteCleanStop()
    const calm = setup()
    expect([calm.status, calm.stdout]).toEqual([0, expect.not.stringContaining('looked through')])
    // Changed since by somebody else.
    fs.utimesSync(file, new Date(), new Date(Date.now() + 5_000))
    expect(setup().stdout).toContain('looked through')
  })

  it('refuses a file that is no database, is cut off, or has a page that was overwritten', () => {
    fs.writeFileSync(file, 'instruction,output\n'.repeat(1_000))
    const text = fs.readFileSync(file)
    expectRefusal(setup(), /is not a database of Evolens/)
    expect(fs.readFileSync(file)).toEqual(text)

    fs.rmSync(file)
    makeDatabase()
    const whole = fs.readFileSync(file)
    fs.writeFileSync(file, whole.subarray(0, Math.floor(whole.length / 2 / 4096) * 4096))
    expectRefusal(setup(), /is damaged/)

    const broken = Buffer.from(whole)
    // Every fourth page from the middle on, so that pages in use are among them.
    for (let at = Math.floor(whole.length / 8192) * 4096; at < whole.length; at += 4 * 4096) {
      broken.fill(0xa5, at, at + 4096)
    }
    fs.writeFileSync(file, broken)
    expectRefusal(setup(), /is damaged/)
  })

  it('refuses a database that a newer version wrote', () => {
    makeDatabase()
    const db = openDatabase(file)
    db.$client
      .prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)')
      .run('of the future', Date.UTC(2099, 0, 2))
    db.$client.close()
    const before = fs.readFileSync(file)
    expectRefusal(setup(), /newer version of Evolens \(its tables are of 2099-01-02\)/)
    expect(fs.readFileSync(file)).toEqual(before)
  })

  it.skipIf(process.platform === 'win32')('closes an existing data folder to others', () => {
    makeDatabase()
    const upload = path.join(dataDir, 'uploads', 'one')
    fs.mkdirSync(upload, { recursive: true })
    const files = [file, path.join(upload, 'data'), path.join(dataDir, 'session.key')]
    for (const name of files) fs.appendFileSync(name, '')
    const strange = path.join(dataDir, 'not-ours.txt')
    fs.writeFileSync(strange, 'x')
    for (const name of [...files, strange]) fs.chmodSync(name, 0o644)
    for (const name of [dataDir, path.dirname(upload), upload]) fs.chmodSync(name, 0o755)
    expect(setup().status).toBe(0)
    const mode = (name: string) => (fs.statSync(name).mode & 0o777).toString(8)
    expect(files.map(mode)).toEqual(['600', '600', '600'])
    expect([dataDir, path.dirname(upload), upload].map(mode)).toEqual(['700', '700', '700'])
    expect(mode(strange)).toBe('644')
  })
})
