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
  fill(async ({ db }) => {
    ensureBuiltInBackends(db)
    study = (await loadSample(db)).studyId
    const [a, b] = getStudyDetail(db, study).arms.map(({ key }) => `${key}.1`)
    sides = ['--a', a ?? '', '--b', b ?? '']
  }),
)

it(
  'prints table, sentences and controls, writes files, and refuses a side that is none',
  { timeout: 120_000 },
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
    expect(cited).toMatch(
      /^Comparison "greedy\.1 against sampled\.1" .*aligned pairs; IFD; definition [0-9a-f]{10}, run /,
    )
    expect(cited).toMatch(/^@misc\{evolens-comparison-[0-9a-f]{8},$/m)
    const unit = await compare(...sides, '--metric', 'ifd.strict', '--unit', 'instruction')
    expect(unit.out).toMatch(/pairs of rows from the same seeds, \d+ units by distinct instruction/)
    const number = await compare(...sides, '--unit', 'ifd.strict')
    expect([number.code === 0, number.err]).toEqual([
      false,
      expect.stringMatching(/holds no words/),
    ])
    const narrow = await compare(...sides, '--svg', file('f.svg'), '--width-mm', '8')
    expect([narrow.code, narrow.err]).toEqual([2, expect.stringMatching(/--width-mm/)])
    const seeds = ['--a', sides[1] ?? '', '--b', 'seeds', '--metric', 'added_words.words']
    const none = await compare(...seeds, '--svg', file('f.svg'))
    expect([none.code, none.err]).toEqual([
      3,
      expect.stringMatching(/no difference in Added words to draw/),
    ])
    expect(fs.existsSync(file('f.svg'))).toBe(false)
    const wrong = await compare('--a', 'nowhere', '--b', 'seeds')
    expect(wrong.code).not.toBe(0)
    expect(wrong.err).toContain("write the evolver's key and the round")
  },
)

it(
  'compares three sides with a reference, and all with all, in the table and in JSON',
  { timeout: 120_000 },
  async () => {
    const [, a = '', , b = ''] = sides
    const three = ['--side', b, '--side', a, '--side', 'seeds']
    const metric = ['--metric', 'instruction_words.instruction']
    const csv = path.join(folder, 'three.csv')
    const plain = await compare(...three, ...metric, '--csv', csv)
    expect(plain).toMatchObject({ code: 0 })
    expect(plain.out).toMatch(/Over \d+ seeds with a value on all 3 sides, /)
    const lines = fs.readFileSync(csv, 'utf8').trim().split('\r\n')
    expect(lines.map((line) => line.split(',').slice(0, 2))).toEqual([
      ['Side A', 'Side B'],
      [a, b],
      ['seeds', b],
      ['all sides', ''],
    ])
    const all = ['--reference', 'seeds', '--all-pairs', '--json']
    const json = JSON.parse((await compare(...three, ...metric, ...all)).out)
    expect(json.summary.further.map((pair: { a: number; b: number }) => [pair.a, pair.b])).toEqual([
      [2, 1],
      [2, 0],
    ])
    expect(json.furtherIntervals).toHaveLength(2)
    const wrong = [
      ['--side', a],
      [...three, '--reference', 'nobody.1'],
      ['--side', a, '--side', b, '--side', a],
    ]
    for (const options of wrong) {
      const { code, err } = await compare(...options)
      expect(code).not.toBe(0)
      expect(err).toMatch(/--side two to six times|is none of the sides|chosen twice/)
    }
  },
)

it(
  'lists pairs by difference, flag and level, and says what does not fit',
  { timeout: 120_000 },
  async () => {
    const words = ['--metric', 'instruction_words.instruction', '--pair-metric']
    const list = async (...options: string[]) => {
      const { out } = await compare(...sides, ...words, ...options, '--pairs', '200', '--json')
      return JSON.parse(out).page as {
        total: number
        rows: { difference: number; valueA: { value: number }; valueB: { value: number } }[]
      }
    }
    const every = await list('instruction_words.instruction')
    const far = await list(
      'instruction_words.instruction',
      '--at-least',
      '5',
      '--sort',
      'difference',
      '--descending',
    )
    const differences = far.rows.map(({ difference }) => difference)
    expect(far.total).toBe(every.rows.filter((row) => Math.abs(row.difference) >= 5).length)
    expect(far.total).toBeGreaterThan(0)
    expect(differences).toEqual(differences.toSorted((x, y) => y - x))
    // Yes or no are the levels 1 (no) and 2.
    const only = await list('health.flagged', '--only', 'a')
    const levels = only.rows.map(({ valueA, valueB }) => [valueA.value, valueB.value])
    expect(new Set(levels.flatMap(String))).toEqual(new Set(['2,1']))
    const { out } = await compare(...sides, ...words, 'ifd.strict', '--pairs', '2')
    expect(out).toMatch(/pairs +2 of \d+, by ifd\.strict/)
    // The first column has no levels.
    const wrong = await compare(...sides, '--pairs', '5', '--only', 'a')
    expect([wrong.code === 0, wrong.err]).toEqual([false, expect.stringContaining('no levels')])
  },
)
