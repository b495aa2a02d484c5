import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { getMeasured } from '@/lib/metrics'
import { createStudy } from '@/lib/services/studies'
import { cliFolder } from '@/lib/testing/cli-folder'
import { importRows } from '@/lib/testing/imports'

const PLACE = { seedSetKey: 'general' } as const
const ROUND = { armKey: 'small', armLabel: 'Small', armClass: 'small', round: 1 } as const
const SEED = 'Explain why leaves change their colour in autumn.'
const EVOLVED = [
  [`${SEED} Compare maple and birch leaves in two sentences.`, 'stop'],
  [SEED.toUpperCase(), 'stop'],
  ['I’m sorry, but I can’t help with that request.', 'stop'],
  ['Erkläre, warum sich die Blätter im Herbst verfärben, und vergleiche zwei Bäume.', 'length'],
] as const

// Levels are exported as ordinals.
const YES = 2

const { folder, evolens, fill } = cliFolder()

beforeAll(() =>
  fill(async (context) => {
    const ctx = { ...context, studyId: createStudy(context.db, { name: 'Health' }).id }
    const seeds = EVOLVED.map(() => ({ instruction: SEED, input: 'leaf', output: 'a' }))
    const rows = EVOLVED.map(([instruction, finish_reason]) => ({
      instruction,
      input: 'leaf',
      output: 'a',
      finish_reason,
    }))
    await importRows(ctx, 'seeds.json', seeds, { ...PLACE, armKey: null, round: 0 })
    await importRows(ctx, 'r1.json', rows, { ...PLACE, ...ROUND, align: 'index' })
  }),
)

interface Exported {
  round: number
  [column: string]: unknown
}

describe('evolution health, on the command line as processes', () => {
  it('is computed by a worker, exported as columns, and drawn', async () => {
    const of = ['--study', 'Health']
    const done = await evolens('compute', ...of, '--metric', 'health', '--wait')
    expect([done.code, done.err]).toEqual([0, ''])

    const out = path.join(folder, 'rows.jsonl')
    const columns = getMeasured('health').outputs.map(({ key }) => `health.${key}`)
    const state = JSON.stringify({ filter: {}, sort: {}, columns })
    const wanted = ['export', ...of, '--format', 'jsonl', '--metrics', '--state', state]
    expect(await evolens(...wanted, '--out', out)).toMatchObject({ code: 0 })
    const lines = fs.readFileSync(out, 'utf8').trim().split('\n')
    const rows = lines.slice(EVOLVED.length).map((line) => JSON.parse(line) as Exported)
    const flagsOf = (row: Exported) =>
      Object.entries(row).flatMap(([name, value]) =>
        name.startsWith('health.') && value === YES ? [name.slice('health.'.length)] : [],
      )
    expect(rows.map(flagsOf)).toEqual([
      ['flagged', 'stale_input'],
      ['flagged', 'copy_exact', 'copy_near', 'stale_input'],
      ['flagged', 'answered', 'refusal', 'stale_input'],
      ['flagged', 'language_switch', 'truncated', 'stale_input'],
    ])
    // No operator is known, so nobody can say what length it allows.
    expect(rows.map((row) => row['health.over_long'])).toEqual([null, null, null, null])
    expect(rows.map((row) => row['health.over_budget'])).toEqual([null, null, null, null])

    const csv = path.join(folder, 'rates.csv')
    const drawn = await evolens('figure', 'health-rates', ...of, '--csv', csv)
    expect([drawn.code, drawn.err]).toEqual([0, ''])
    const table = fs.readFileSync(csv, 'utf8')
    expect(table).toMatch(/Refusal,1,4,25,/)
    expect(table).toMatch(/Over-long,,0,,,,4,4 no operator/)
  }, 240_000)
})
