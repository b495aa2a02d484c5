import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { loadSample } from '@/lib/services/sample/load'
import { cliFolder } from '@/lib/testing/cli-folder'

const { folder, evolens, fill } = cliFolder()
let study: string

beforeAll(() =>
  fill(async ({ db }) => {
    study = (await loadSample(db)).studyId
  }),
)

const file = (name: string) => path.join(folder, name)
const subset = (...args: string[]) => evolens('subset', '--study', study, ...args)

it(
  'counts, saves, exports and repeats a subset, and says what is wrong',
  { timeout: 180_000 },
  async () => {
    fs.writeFileSync(file('bench.txt'), 'one two three four five six seven eight nine\n')
    const save = ['--preset', 'length_25', '--benchmark', file('bench.txt'), '--n', '8']
    const first = await subset(...save, '--save', 'short', '--out', file('short.yaml'), '--json')
    expect([first.code, first.err]).toEqual([0, ''])
    const [made] = JSON.parse(first.out) as { id: string; hash: string; rows: number }[]
    expect(made?.rows).toBeGreaterThan(0)
    const again = await subset('--rules', file('short.yaml'), '--json')
    expect(JSON.parse(again.out)).toMatchObject([{ hash: made?.hash, rows: made?.rows, id: null }])
    const listed = await subset('--json')
    expect(JSON.parse(listed.out)).toMatchObject([{ id: made?.id, name: 'short', rules: 2 }])
    const out = file('short.jsonl')
    const exported = await evolens('export', '--study', study, '--subset', 'short', '--out', out)
    expect([exported.code, exported.err]).toEqual([0, ''])
    expect(fs.readFileSync(out, 'utf8').trimEnd().split('\n')).toHaveLength(made?.rows ?? 0)
    fs.writeFileSync(file('bad.yaml'), 'evolens_subset: 1\nname: x\nrules:\n  - rule: ranked\n')
    const wrong = await subset('--rules', file('bad.yaml'))
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('rule 1.column')])
    const seeds = await subset('--preset', 'random_5', '--save', 'base', '--seeds', '1,2')
    expect(seeds.out.match(/^saved .*base-seed[12]/gm)).toHaveLength(2)
    const measures = [
      '--columns',
      'instruction_words.instruction',
      '--measures',
      'compression_ratio',
    ]
    await subset('--preset', 'length_25', '--save', 'same')
    const compared = await subset('--compare', 'short,same', ...measures)
    expect(compared.err).toBe('')
    expect(JSON.parse(compared.out)).toMatchObject({
      columns: [{ column: 'instruction_words.instruction', isNumber: true }],
      measures: [{ metric: 'compression_ratio' }],
      drawn: { seed: 0 },
    })
    const kept = await subset('--delete-benchmark', 'bench.txt')
    expect([kept.code, kept.err]).toEqual([expect.any(Number), expect.stringContaining('"short"')])
    expect(kept.code).not.toBe(0)
    await subset('--delete', 'short')
    expect((await subset('--delete-benchmark', 'bench.txt')).out).toMatch(/deleted +bench.txt/)
  },
)
