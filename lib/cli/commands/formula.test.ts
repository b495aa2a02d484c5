import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { cliFolder } from '@/lib/testing/cli-folder'

// Node and tsx are started for each call.
const SLOW = 240_000

const { folder, evolens } = cliFolder()
const of = ['--study', 'S']

beforeAll(async () => {
  const file = path.join(folder, 'rows.json')
  const rows = ['one', 'one two', 'one two three'].map((instruction) => ({
    instruction,
    input: '',
    output: instruction === 'one' ? '' : 'a b c d',
  }))
  fs.writeFileSync(file, JSON.stringify(rows))
  await evolens('import', '--seeds', '--seed-set', 'fruit', ...of, file)
}, SLOW)

it(
  'previews, adds, lists, exports, changes, removes and restores a formula column',
  async () => {
    const preview = await evolens(
      'formula',
      'preview',
      'words(response) / words(instruction)',
      ...of,
    )
    expect(preview.out).toMatch(/Rows +2 of 3 have a value\n +1 no_response/)
    const added = await evolens(
      'formula',
      'add',
      'ratio',
      'words(response) / words(instruction)',
      ...of,
    )
    expect(added.out).toMatch(/^Added +formula_ratio\.value, version 1, [0-9a-f]{64}/)
    const out = path.join(folder, 'rows.csv')
    await evolens('export', ...of, '--format', 'csv', '--metrics', '--out', out)
    expect(fs.readFileSync(out, 'utf8')).toContain('formula_ratio.value')
    const changed = await evolens('formula', 'change', 'ratio', 'words(instruction) > 1', ...of)
    expect(changed.out).toMatch(/version 2/)
    const removed = await evolens('formula', 'remove', 'ratio', ...of)
    const id = /formula restore ([0-9a-f-]{36})/.exec(removed.out)?.[1] ?? ''
    expect((await evolens('formula', 'list', ...of)).out).toBe('none\n')
    expect((await evolens('formula', 'restore', id, ...of)).out).toMatch(/formula_ratio\.value/)
  },
  SLOW,
)

it(
  'points at the place of an error and ends with code 2',
  async () => {
    const wrong = await evolens('formula', 'add', 'x', '1 + wrds(instruction)', ...of)
    expect([wrong.code, wrong.out]).toEqual([2, ''])
    expect(wrong.err).toContain(
      'Line 1, column 5: There is no function "wrds". Did you mean words?',
    )
    expect(wrong.err).toContain('1 + wrds(instruction)\n    ^^^^^^^^^^^^^^^^^')
  },
  SLOW,
)
