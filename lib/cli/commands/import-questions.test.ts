import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '../../..')
let folder = ''

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-cli-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

/** Runs the command line as a process of its own. */
function evolens(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, EVOLENS_DATA_DIR: path.join(folder, 'data'), NO_COLOR: '1' }
  const all = ['--import', 'tsx', path.join(ROOT, 'lib/cli/main.ts'), ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: ROOT, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
}

async function file(name: string, rows: readonly unknown[]): Promise<string> {
  const at = path.join(folder, name)
  await fs.writeFile(at, JSON.stringify(rows))
  return at
}

describe('evolens import', () => {
  it('refuses to guess a response and names the option', async () => {
    const rows = [{ instruction: 'Name a fruit.', input: '', std_answer: 'Apple.' }]
    const { code, err, out } = await evolens('import', '--study', 'A', await file('a.json', rows))
    expect(code).toBe(3)
    expect(err + out).toContain('"std_answer" looks like one')
    expect(err + out).toContain('--output std_answer')
    const list = await evolens('--json', 'studies')
    const studies = JSON.parse(list.out) as { rows: number }[]
    expect(studies.reduce((sum, study) => sum + study.rows, 0)).toBe(0)
  }, 60_000)

  it('asks who an unknown speaker is, and takes the answer', async () => {
    const chat = [
      { from: 'human', value: 'q' },
      { from: 'tulu 3', value: 'a' },
    ]
    const at = await file('chat.json', [{ conversations: chat }])
    const asked = await evolens('import', '--study', 'B', at)
    expect(asked.code).toBe(3)
    expect(asked.err + asked.out).toContain("--role 'tulu 3=assistant'")
    const told = await evolens('import', '--study', 'B', '--role', 'tulu 3=assistant', at)
    expect([told.code, told.err]).toEqual([0, expect.not.stringContaining('tulu')])
    const bad = await evolens('import', '--study', 'B', '--role', 'tulu', at)
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('Write --role as name=value')])
  }, 60_000)
})
