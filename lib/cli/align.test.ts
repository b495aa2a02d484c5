import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder: string

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-cli-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

/** A real process with a worker of its own, on a data folder of its own. */
function evolens(...args: string[]): Promise<{ code: number; out: string }> {
  const env = { ...process.env, EVOLENS_DATA_DIR: path.join(folder, 'data'), LOG_LEVEL: 'error' }
  return new Promise((resolve) => {
    const argv = ['--import', 'tsx', path.join('lib', 'cli', 'main.ts'), ...args]
    execFile(process.execPath, argv, { env }, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error ? 1 : 0,
        out: stdout + stderr,
      })
    })
  })
}

const TOPICS = [
  'volcanoes',
  'chess openings',
  'leap years',
  'Roman law',
  'bread',
  'whales',
  'taxes',
  'rivers',
  'poets',
]

async function write(name: string, rows: unknown): Promise<string> {
  const file = path.join(folder, name)
  await fs.mkdir(path.dirname(file), { recursive: true })
  await fs.writeFile(file, JSON.stringify(rows))
  return file
}

describe('import and align on the command line', () => {
  it('say how rows met their parents, and set operators later', { timeout: 180_000 }, async () => {
    const row = (id: string, words: string) => ({ id, instruction: words, input: '', output: 'x' })
    const seeds = await write(
      'tasks-seeds.json',
      TOPICS.map((t, k) => row(`${k}`, `Tell me about ${t}.`)),
    )
    const evolved = await write(
      'llama3-70b/round_1/tasks.json',
      TOPICS.map((t, k) =>
        row(`${k}_1`, `In three steps, tell me something new about ${t}.`),
      ).toReversed(),
    )
    const shorter = await write(
      'llama3-8b/round_1/tasks.json',
      TOPICS.slice(2).map((t) => ({ instruction: `Say more about ${t}.`, input: '', output: 'x' })),
    )
    const imported = await evolens('import', '--study', 'Trial', seeds, evolved, shorter)
    expect(imported.code).toBe(0)
    expect(imported.out).toMatch(
      /tasks\.json .*9 of 9 +id +unknown +row numbers do not tell.*last word/,
    )
    expect(imported.out).toMatch(/tasks\.json .*0 of 7 .*not aligned: it has 7 rows, its parent 9/)
    expect(imported.out).toContain('--operators rotation4|rotation5|column:NAME|one:OPERATOR')
    const set = await evolens(
      'align',
      '--study',
      'Trial',
      '--arm',
      'llama3-70b',
      '--operators',
      'rotation4',
    )
    expect(set.code).toBe(0)
    const shown = await evolens('--json', 'align', '--study', 'Trial')
    expect(JSON.parse(shown.out)).toMatchObject([
      { arm: 'llama3-70b', round: 1, aligned: 9, by: 'id', operators: 9 },
      { arm: 'llama3-8b', round: 1, aligned: 0, note: expect.stringMatching(/7 rows/) },
    ])
    const bad = await evolens('align', '--study', 'Trial', '--operators', 'one:polish')
    expect(bad).toMatchObject({ code: 2, out: expect.stringContaining('constraints, deepen') })
  })
})
