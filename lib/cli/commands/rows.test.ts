import { beforeAll, expect, it } from 'vitest'
import { loadSample } from '@/lib/services/sample/load'
import { cliFolder } from '@/lib/testing/cli-folder'

const { evolens, fill } = cliFolder()
let study: string

beforeAll(() =>
  fill(async ({ db }) => {
    study = (await loadSample(db)).studyId
  }),
)

interface Listed {
  total: number
  rows: {
    instruction: string
    input: string | null
    matches?: { instruction?: [number, number][] }
  }[]
}

async function listed(...args: string[]): Promise<Listed> {
  const { out } = await evolens('rows', '--study', study, '--json', '--limit', '500', ...args)
  const { total, rows } = JSON.parse(out) as Listed
  // Longer texts are cut in lists.
  return { total, rows: rows.filter(({ instruction }) => instruction.length < 300) }
}

it(
  'lists what words, text or a regular expression find, with their places',
  { timeout: 120_000 },
  async () => {
    const all = await listed()
    const withWord = (pattern: RegExp) =>
      all.rows.filter(({ instruction }) => pattern.test(instruction)).length
    const only = ['--in', 'instruction']
    const words = await listed('--words', 'explain*', ...only)
    expect(words.rows.length).toBe(withWord(/(^|[^\p{L}\p{N}])explain/iu))
    expect(words.rows.length).toBeGreaterThan(0)
    for (const { instruction, matches } of words.rows) {
      const [from, to] = matches?.instruction?.[0] ?? [0, 0]
      expect(instruction.slice(from, to)).toMatch(/^explain/i)
    }
    expect((await listed('--regex', '^[A-Z][a-z]+ (a|the) ', ...only)).rows.length).toBe(
      withWord(/^[A-Z][a-z]+ (a|the) /),
    )
    const upper = await listed('--text', 'EXPLAIN', '--match-case', ...only)
    expect(upper.rows.length).toBe(withWord(/EXPLAIN/))
    const plain = await evolens('rows', '--study', study, '--words', 'explain*', ...only)
    expect(plain.out).toMatch(new RegExp(`^seedSet .*\n(.*\n)+${words.total} of \\d+ rows`))
  },
)

it('says which option is wrong, and where', { timeout: 60_000 }, async () => {
  const wrong = async (...args: string[]) => {
    const { code, err } = await evolens('rows', '--study', study, ...args)
    expect(code).toBe(2)
    return err
  }
  expect(await wrong('--regex', 'a(?=b)')).toContain('linear time')
  expect(await wrong('--words', 'a "b')).toContain('--words (query): The phrase that begins here')
  expect(await wrong('--state', '{')).toContain('--state is not valid JSON')
})

it(
  'lists and marks the rows of the same conditions, and says how a row is named',
  { timeout: 120_000 },
  async () => {
    const only = ['--words', 'explain*', '--in', 'instruction']
    const { total } = await listed(...only)
    const marked = await evolens('mark', 'drop', '--study', study, '--json', ...only)
    expect(JSON.parse(marked.out)).toEqual({ no: 1, rows: total })
    const dropped = '{"is": "marks", "kinds": ["drop"]}'
    expect((await listed('--where', dropped)).total).toBe(total)
    expect((await listed('--where', dropped, '--sample', '2')).total).toBe(2)
    const both = await evolens('mark', 'drop', '--study', study, ...only, '--row', 'file.1')
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('either --row, or --filter')])
    const unnamed = await evolens('rows', '--study', study, '--similar-to', 'file')
    expect([unnamed.code, unnamed.err]).toEqual([
      2,
      expect.stringContaining('--similar-to file: write <file id>.<number>'),
    ])
  },
)

it(
  'keeps one row of each group of copies, in files or across them',
  { timeout: 120_000 },
  async () => {
    const all = await listed()
    const texts = new Set(
      all.rows.map(({ instruction, input }) => `${instruction}\n${input ?? ''}`),
    )
    const inFiles = await listed('--copies', 'exact')
    const across = await listed('--copies', 'exact', '--across-files')
    expect(across.rows.length).toBe(texts.size)
    expect(across.total).toBeLessThan(inFiles.total)
    const nested =
      '{"not": {"is": "repeats", "of": "exact", "keep": "members", "across": "filter"}}'
    const { code, err } = await evolens('rows', '--study', study, '--where', nested)
    expect([code, err]).toEqual([2, expect.stringContaining('beside its other conditions only')])
  },
)
