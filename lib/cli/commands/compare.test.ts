import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import { ensureBuiltInBackends } from '@/lib/services/backends'
import { loadSample } from '@/lib/services/sample/load'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { runEvolens } from '@/lib/testing/cli'

let folder: string
let study: string
let sides: string[]

const compare = (...args: string[]) =>
  runEvolens(['compare', '--study', study, ...args], {
    EVOLENS_DATA_DIR: folder,
    EVOLENS_CACHE_DIR: folder,
  })

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-compare-'))
  const config = readConfig({ EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder })
  const db = openDatabase(config.databasePath)
  migrateDatabase(db)
  ensureBuiltInBackends(db)
  study = loadSample(db).studyId
  const [a, b] = getStudyDetail(db, study).arms.map(({ key }) => `${key}.1`)
  sides = ['--a', a ?? '', '--b', b ?? '']
  db.$client.close()
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

it(
  'prints table, sentences and controls, writes files, and refuses a side that is none',
  { timeout: 60_000 },
  async () => {
    const file = (name: string) => path.join(folder, name)
    const metric = ['--metric', 'instruction_words.instruction', '--metric', 'ifd.strict']
    const length = ['--length', 'instruction_characters.instruction']
    const files = ['--csv', file('t.csv'), '--latex', file('t.tex'), '--markdown', file('t.md')]
    const { code, out, err } = await compare(...sides, ...metric, ...length, ...files)
    expect([code, out]).toEqual([0, expect.stringMatching(/Over \d+ pairs of rows from the same/)])
    expect(out + err).toMatch(/all pairs, length adjusted: -?\d/)
    expect(fs.readFileSync(file('t.csv'), 'utf8')).toMatch(/^Metric,Unit,Mean A.*\r\n.*IFD/s)
    expect(fs.readFileSync(file('t.tex'), 'utf8')).toContain('\\toprule')
    expect(fs.readFileSync(file('t.md'), 'utf8')).toMatch(/^\| Metric \|/)
    const { out: json } = await compare(...sides, '--metric', 'ifd.strict', '--json')
    expect(JSON.parse(json)).toHaveProperty('summary.metrics.0.controls')
    const wrong = await compare('--a', 'nowhere', '--b', 'seeds')
    expect(wrong.code).not.toBe(0)
    expect(wrong.err).toContain("write the evolver's key and the round")
  },
)
