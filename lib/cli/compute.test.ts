import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { DryRun } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import type { RunInfo } from '@/lib/contracts/study'
import { createStudy } from '@/lib/services/studies'
import { cliFolder } from '@/lib/testing/cli-folder'
import { importRows } from '@/lib/testing/imports'

const PLACE = { seedSetKey: 'general' } as const
const ROUND = { armKey: 'small', armLabel: 'Small', armClass: 'small', round: 1 } as const
const COMPUTE = ['--json', 'compute', '--study', 'Words', '--metric', 'added_words']

const { folder, evolens, fill } = cliFolder()

beforeAll(() =>
  fill(async (context) => {
    const ctx = { ...context, studyId: createStudy(context.db, { name: 'Words' }).id }
    const rows = (instruction: string) => [{ instruction, input: 'x', output: 'a b' }]
    await importRows(ctx, 'seeds.json', rows('Add.'), { ...PLACE, armKey: null, round: 0 })
    await importRows(ctx, 'r1.json', rows('Add 1 to 2.'), { ...PLACE, ...ROUND, align: 'index' })
  }),
)

describe('a metric that needs no backend, on the command line as a process', () => {
  it('is estimated and computed without --backend, and exported beside the lengths', async () => {
    const estimate = await evolens(...COMPUTE, '--dry-run')
    expect([estimate.code, estimate.err]).toEqual([0, ''])
    expect(JSON.parse(estimate.out) as DryRun[]).toMatchObject([
      { metric: 'added_words', backendId: null, rows: 1, blocked: null, meter: { requests: 0 } },
    ])
    const done = await evolens(...COMPUTE, '--wait')
    expect(done.code).toBe(0)
    const { runs, jobs, blocked } = JSON.parse(done.out) as {
      runs: RunInfo[]
      jobs: Job[]
      blocked: unknown[]
    }
    expect(blocked).toEqual([])
    expect(jobs).toMatchObject([{ state: 'succeeded' }])
    expect(runs).toMatchObject([
      { backendId: null, done: 1, valued: 1, definition: { model: null } },
    ])

    const out = path.join(folder, 'words.jsonl')
    const wanted = ['export', '--study', 'Words', '--format', 'jsonl', '--metrics', '--out', out]
    expect(await evolens(...wanted)).toMatchObject({ code: 0 })
    const lines = fs.readFileSync(out, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { 'instruction_words.with_input': 2, 'response_words.words': 2, 'added_words.words': null },
      { 'instruction_words.with_input': 5, 'response_words.words': 2, 'added_words.words': 3 },
    ])
  }, 120_000)

  it('is computed for the rows of a filter alone, which are drawn or filtered, not both', async () => {
    const rowsOf = async (...flags: string[]) => {
      const { code, out, err } = await evolens(...COMPUTE, '--dry-run', ...flags)
      return code === 0 ? (JSON.parse(out) as DryRun[])[0]?.rows : out + err
    }
    expect(await rowsOf('--words', '2')).toBe(1)
    expect(await rowsOf('--where', '{"is": "origin", "arms": ["seeds"]}')).not.toBe(1)
    expect(await rowsOf('--text', '1 to', '--sample', '5')).toContain('--sample draws seeds')
  }, 120_000)

  it('is refused by name where there is nothing to run', async () => {
    const { code, err } = await evolens(
      'compute',
      '--study',
      'Words',
      '--metric',
      'instruction_words',
    )
    expect(code).toBe(2)
    expect(err).toContain('It needs no run.')
  }, 60_000)
})
