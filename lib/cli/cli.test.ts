import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateDatabase, openDatabase } from '@/db/client'
import { backends, studies } from '@/db/schema'
import { readConfig } from '@/lib/config'
import { ensureBuiltInBackends } from '@/lib/services/backends'
import { importRows } from '@/lib/testing/imports'
import { createStudy } from '@/lib/services/studies'
import { runEvolens } from '@/lib/testing/cli'

const HOSTILE = 'bad\u001b[31m\u001b]0;owned\u0007\u009b2J\u202eeman\u2028\u0085\r'
const STEERS = /[^\P{Cc}\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

let folder: string

const evolens = (args: readonly string[], shell?: string) =>
  runEvolens(
    args,
    { EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder, LOG_LEVEL: 'debug' },
    shell,
  )

const TOOLS = '[{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}]'
const chat = (at: number, tools: string) => ({
  conversations: [
    { from: 'human', value: `q${at}` },
    { from: 'gpt', value: `a${at}` },
  ],
  tools,
})

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-cli-'))
  const config = readConfig({ EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder })
  fs.mkdirSync(folder, { recursive: true })
  const db = openDatabase(config.databasePath)
  migrateDatabase(db)
  ensureBuiltInBackends(db)
  const study = async (name: string, rows: unknown[]) => {
    const { id: studyId } = createStudy(db, { name })
    const ctx = { db, config, studyId, close: async () => undefined }
    await importRows(ctx, 'rows.json', rows, { armKey: null, round: 0, seedSetKey: 'a' })
  }
  await study('Tools (Ä)', [chat(0, TOOLS), chat(1, "[{'name': 'f'}]"), chat(2, ' '), chat(3, '')])
  await study('Numbers', [{ instruction: 'a', input: '', output: 'b', '=score': 1.0001, e: 1 }])
  // As they lie in databases from before names were cleaned.
  db.insert(studies)
    .values({ id: 'hostile', name: HOSTILE, description: '', origin: 'user', createdAt: 1 })
    .run()
  db.insert(backends)
    .values({
      id: 'b',
      kind: 'openai',
      label: HOSTILE,
      config: { baseUrl: `http://127.0.0.1:1/${HOSTILE}` },
      createdAt: 1,
    })
    .run()
  for (let k = 0; k < 800; k += 1) {
    db.insert(studies)
      .values({
        id: `many-${k}`,
        name: `Study ${k} ${'x'.repeat(90)}`,
        description: '',
        origin: 'user',
        createdAt: 2 + k,
      })
      .run()
  }
  db.$client.close()
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe('the command line as a process', () => {
  it('prints nothing that steers a terminal, as text and as JSON', async () => {
    for (const args of [
      ['studies'],
      ['backends'],
      ['--json', 'studies'],
      ['export', '--study', `no ${HOSTILE}`, '--out', 'x'],
    ]) {
      const { out, err } = await evolens(args)
      expect(out + err).not.toMatch(STEERS)
      expect(out + err).toContain('\\u001b')
    }
  }, 60_000)

  it('ends quietly when the reader of its output goes away', async () => {
    const { out, err, code } = await evolens(['studies'], '"$@" | head -n 1; exit ${PIPESTATUS[0]}')
    expect({ lines: out.split('\n').length, err, code }).toEqual({ lines: 2, err: '', code: 0 })
  }, 60_000)

  it('says every reason why a bundle is blocked, with counts and rows', async () => {
    const out = path.join(folder, 'tools.zip')
    const wanted = ['export', '--study', 'Tools (Ä)', '--format', 'llama-factory', '--out', out]
    const text = await evolens(wanted)
    expect(text.code).toBe(3)
    expect(text.out).toContain('1 rows have tools that are not JSON')
    expect(text.out).toContain('1 rows have tools that are blank')
    expect(text.out).toMatch(/rows 2\n/)
    expect(text.out).toMatch(/rows 3\n/)
    expect(text.err).toContain('--exclude-blocked leaves 2 of 4 rows out')
    expect(fs.existsSync(out)).toBe(false)
    const json = await evolens(['--json', ...wanted])
    expect(json.code).toBe(3)
    expect(JSON.parse(json.out)).toMatchObject([
      {
        file: null,
        error: { code: 'data_error' },
        check: {
          rows: 4,
          rowsKept: 2,
          droppedByReason: { tools_not_json: 1, tools_blank: 1 },
          blocking: [
            { rule: 'tools_not_json', rows: 1, at: [2] },
            { rule: 'tools_blank', rows: 1, at: [3] },
          ],
        },
      },
    ])
    const kept = await evolens([...wanted, '--exclude-blocked'])
    expect(kept.code).toBe(0)
    expect(kept.out).toContain('Left out: 1 rows have tools that are blank')
    // The name is made of that of the study.
    expect(Object.keys(unzipSync(fs.readFileSync(out)))).toContain('tools-a.json')
  }, 60_000)

  it('names the option that is not valid, and writes a byte-order mark on request', async () => {
    const out = path.join(folder, 'numbers.csv')
    const wanted = ['export', '--study', 'Numbers', '--format', 'csv', '--out', out]
    const bad = await evolens([...wanted, '--name', 'My Set'])
    expect(bad.code).toBe(2)
    expect(bad.err).toBe('Error: --name: Use lower-case letters, digits, "_" and "-".\n')
    const other = await evolens([...wanted, '--template', 'qwen'])
    expect(other.code).toBe(2)
    expect(other.err).toContain('--template belongs to --format llama-factory')
    const good = await evolens([...wanted, '--byte-order-mark', '--spreadsheet-safe'])
    expect(good.code).toBe(0)
    expect(fs.readFileSync(out, 'utf8')).toBe(
      `\ufeff"instruction","input","output","'=score","e"\n"a","","b","1.0001","1"\n`,
    )
  }, 60_000)
})
