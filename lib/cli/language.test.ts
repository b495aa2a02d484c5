import { beforeAll, expect, it } from 'vitest'
import { createStudy } from '@/lib/services/studies'
import { cliFolder } from '@/lib/testing/cli-folder'
import { importRows } from '@/lib/testing/imports'

const TEXTS = [
  'Explain why leaves change their colour in autumn.',
  'Erkläre, warum sich die Blätter im Herbst verfärben.',
  '请解释为什么树叶在秋天会变颜色，并举例说明。',
  '2 + 2',
]
const COLUMN = 'language.instruction'
const { evolens, fill } = cliFolder()

beforeAll(() =>
  fill(async (context) => {
    const ctx = { ...context, studyId: createStudy(context.db, { name: 'L' }).id }
    const rows = TEXTS.map((instruction) => ({ instruction, input: '', output: TEXTS[0] }))
    const place = { seedSetKey: 'general', armKey: null, round: 0 }
    await importRows(ctx, 'rows.json', rows, place)
  }),
)

it('filters, counts and exports rows by the language that a worker told', async () => {
  const of = ['--study', 'L']
  const done = await evolens('compute', ...of, '--metric', 'language', '--wait')
  expect([done.code, done.err]).toEqual([0, ''])
  const kept = async (filter: object) => {
    const state = JSON.stringify({ filter, sort: { column: COLUMN }, columns: [COLUMN] })
    const { out } = await evolens('--json', 'rows', ...of, '--state', state)
    const { rows } = JSON.parse(out) as {
      rows: { idx: number; values: Record<string, { value: unknown; status: string }> }[]
    }
    return rows.map(({ idx, values }) => [idx, values[COLUMN]?.value ?? values[COLUMN]?.status])
  }
  const one = (match: string, ...values: string[]) => ({ column: COLUMN, match, values })
  expect(await kept({})).toEqual([
    [2, 'Chinese'],
    [0, 'English'],
    [1, 'German'],
    [3, 'not_applicable'],
  ])
  expect(await kept({ values: [one('any', 'German', 'Chinese')] })).toEqual([
    [2, 'Chinese'],
    [1, 'German'],
  ])
  const where = { not: { is: 'values', ...one('any', 'English') } }
  expect((await kept({ where })).map(([idx]) => idx)).toEqual([2, 1, 3])
}, 240_000)
