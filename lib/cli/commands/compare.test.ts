import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { ensureBuiltInBackends } from '@/lib/services/backends'
import { loadSample } from '@/lib/services/sample/load'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { cliFolder } from '@/lib/testing/cli-folder'

const { folder, evolens, fill } = cliFolder()
let study: string
let sides: string[]

const compare = (...args: string[]) => evolens('compare', '--study', study, ...args)

beforeAll(() =>
  fill(({ db }) => {
    ensureBuiltInBackends(db)
    study = loadSample(db).studyId
    const [a, b] = getStudyDetail(db, study).arms.map(({ key }) => `${key}.1`)
    sides = ['--a', a ?? '', '--b', b ?? '']
  }),
)

it(
  'prints table, sentences and controls, writes files, and refuses a side that is none',
  { timeout: 60_000 },
  async () => {
    const file = (name: string) => path.join(folder, name)
    const metric = ['--metric', 'instruction_words.instruction', '--metric', 'ifd.strict']
    const length = ['--length', 'instruction_characters.instruction', '--flag', 'health.flagged']
    const files = ['--csv', file('t.csv'), '--latex', file('t.tex'), '--markdown', file('t.md')]
    const { code, out, err } = await compare(...sides, ...metric, ...length, ...files)
    expect([code, out]).toEqual([0, expect.stringMatching(/Over \d+ pairs of rows from the same/)])
    expect(out + err).toMatch(/all pairs, length adjusted: -?\d/)
    // Flags of evolution health leave rows out as flags of a file do.
    expect(out + err).toMatch(/unflagged/)
    expect(fs.readFileSync(file('t.csv'), 'utf8')).toMatch(/^Metric,Unit,Mean A.*\r\n.*IFD/s)
    expect(fs.readFileSync(file('t.tex'), 'utf8')).toContain('\\toprule')
    expect(fs.readFileSync(file('t.md'), 'utf8')).toMatch(/^\| Metric \|/)
    const { out: json } = await compare(...sides, '--metric', 'ifd.strict', '--json')
    expect(JSON.parse(json)).toHaveProperty('summary.metrics.0.controls')
    const { out: cited } = await compare(...sides, '--metric', 'ifd.strict', '--cite')
    expect(cited).toMatch(/^Comparison "A .*aligned pairs; IFD; definition [0-9a-f]{10}, run /)
    expect(cited).toMatch(/^@misc\{evolens-comparison-[0-9a-f]{8},$/m)
    const wrong = await compare('--a', 'nowhere', '--b', 'seeds')
    expect(wrong.code).not.toBe(0)
    expect(wrong.err).toContain("write the evolver's key and the round")
  },
)
