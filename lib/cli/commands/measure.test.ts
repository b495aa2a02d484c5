import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { cliFolder } from '@/lib/testing/cli-folder'

// Node, tsx and a worker of its own are started for each call.
const SLOW = 120_000

const { folder, evolens } = cliFolder()

beforeAll(async () => {
  const write = (name: string, rows: number, more: string) => {
    const list = Array.from({ length: rows }, (_, i) => ({
      instruction: `Count the ${i} apples${more}`,
      output: String(i),
    }))
    fs.writeFileSync(path.join(folder, name), JSON.stringify(list))
    return path.join(folder, name)
  }
  const seeds = write('fruit.json', 12, '')
  const small = write('small_fruit_iter1.json', 8, ' and say why there are so many of them')
  const place = ['import', '--study', 'S', '--seed-set', 'fruit']
  await evolens(...place, '--seeds', seeds)
  await evolens(...place, '--arm', 'small', '--round', '1', '--align', 'none', small)
}, SLOW)

it(
  'measures every cell at the size of the smallest, prints a table and writes it unrounded',
  async () => {
    const csv = path.join(folder, 'measures.csv')
    const done = await evolens('measure', '--study', 'S', '--draws', '5', '--csv', csv)
    expect([done.code, done.err]).toEqual([0, ''])
    const lines = done.out.split('\n').map((line) => line.trim().split(/\s{2,}/))
    expect(lines).toContainEqual([
      'number',
      'seedSet',
      'evolver',
      'round',
      'n',
      'draws',
      'mean',
      'sd',
      'reason',
      'size',
      'whole',
    ])
    const repetition = lines.filter(([number]) => number === 'Share of repeats')
    expect(
      repetition.map(([, , , round, n, draws, , , , size]) => [round, n, draws, size]),
    ).toEqual([
      ['0', '8', '5', '12'],
      ['1', '8', '1', '8'],
    ])
    const written = fs.readFileSync(csv, 'utf8').trimEnd().split('\r\n')
    // Compression, six numbers of n-grams, self-repetition and repeats, in two cells, below the header.
    expect(written).toHaveLength(1 + 9 * 2)
    expect(written[0]).toMatch(/^Measure,Number,/)
  },
  SLOW,
)

it(
  'says what has no number, and refuses what a measure does not know',
  async () => {
    const few = await evolens(
      '--json',
      'measure',
      '--study',
      'S',
      '--metric',
      'repeats',
      '--n',
      '10',
    )
    const [run] = JSON.parse(few.out.slice(few.out.indexOf('['))) as {
      cells: { record: { values: { share: { mean: number | null; reason: string | null } } } }[]
    }[]
    expect(
      run?.cells.map(({ record }) => [record.values.share.mean, record.values.share.reason]),
    ).toEqual([
      [0, null],
      [null, 'n_too_small'],
    ])
    const asked = ['measure', '--study', 'S', '--metric']
    const field = await evolens(...asked, 'vendi_score', '--field', 'response')
    expect([field.code, field.err]).toEqual([
      2,
      expect.stringMatching(/no parameter "field".*textRecipe/),
    ])
    const size = await evolens(...asked, 'repeats', '--n', 'many')
    expect([size.code, size.err]).toEqual([2, expect.stringMatching(/"repeats": n: /)])
    const other = await evolens(...asked, 'loss')
    expect([other.code, other.err]).toEqual([2, expect.stringMatching(/no measure of a set/)])
  },
  SLOW,
)
