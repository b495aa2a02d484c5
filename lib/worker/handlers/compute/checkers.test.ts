import { afterEach, describe, expect, it } from 'vitest'
import { computeRequestSchema, type DryRun } from '@/lib/contracts/compute'
import { statusOf } from '@/lib/contracts/status'
import { getJob } from '@/lib/queue/queue'
import { currentCells } from '@/lib/services/cells'
import { columnReader } from '@/lib/services/columns'
import { startDryRun, startRuns } from '@/lib/services/runs/compute'
import { checkerPool } from '@/lib/services/sandbox/pool'
import { sandboxSetting, setSandbox } from '@/lib/services/sandbox/setting'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'

const open: TestStudy[] = []
afterEach(() => {
  for (const study of open.splice(0)) study.close()
  checkerPool().close()
})

const request = computeRequestSchema.parse({ metrics: [{ metric: 'if_pass' }], cellIds: ['child'] })

const answered = 'def evaluate(response):\n    return "is answered here." in response'
const never = 'def evaluate(response):\n    return "zebra" in response'
const broken = 'def evaluate(response):\n    return unknown'

/** Functions of each row, as AutoIF has them; the eleventh has no response. */
const FUNCTIONS: readonly unknown[] = [
  [answered],
  [answered, never, answered],
  [[never, 0.9]],
  [answered, broken],
  [broken],
  answered,
  null,
  [],
  [answered],
  [answered],
  [answered],
]

function study(): TestStudy {
  const made = testStudy(FUNCTIONS.length)
  open.push(made)
  const set = made.db.$client.prepare('update rows set extra = ? where cell_no = 2 and idx = ?')
  for (const [idx, functions] of FUNCTIONS.entries()) {
    if (functions !== null) set.run(JSON.stringify({ eval_func: functions }), idx)
  }
  return made
}

describe('the metric that runs checking functions', () => {
  it('runs nothing until that is turned on, and says how', async () => {
    const of = study()
    expect(sandboxSetting(of.db)).toEqual({ isOn: false })
    expect(() => startRuns(of, of.studyId, request)).toThrow(/checkers on/)
    const { id } = startDryRun(of, of.studyId, request)
    await runJobs(of)
    const { dryRuns } = getJob(of.db, id).result as { dryRuns: DryRun[] }
    expect(dryRuns[0]?.blocked).toMatch(/turned off/)
  })

  it('gives each row what its own functions say of its response', async () => {
    const of = study()
    setSandbox(of.db, { isOn: true })
    const { jobs } = startRuns(of, of.studyId, request)
    await runJobs(of)
    expect(getJob(of.db, String(jobs[0]?.id))).toMatchObject({ state: 'succeeded' })
    const reader = columnReader(of.db, of.studyId)
    const cell = currentCells(of.db, of.studyId).find(({ id }) => id === 'child')
    const [pass, share] = ['pass', 'share'].map((key) => reader.read(`if_pass.${key}`, cell!))
    const names = Array.from(pass?.status ?? []).map((code) => statusOf(code).name)
    const [none, silent] = ['not_applicable', 'no_response']
    expect(names.slice(0, 6)).toEqual(['ok', 'ok', 'ok', 'ok', 'error', 'ok'])
    expect(names.slice(6)).toEqual([none, none, 'ok', 'ok', silent])
    expect(Array.from(share?.values ?? []).slice(0, 4)).toEqual([1, 2 / 3, 0, 0.5])
    expect(Array.from(pass?.values ?? []).slice(0, 4)).toEqual([2, 2, 1, 1])
    // Turned off in between, a job that waits says so.
    setSandbox(of.db, { isOn: false })
    expect(() => startRuns(of, of.studyId, request)).toThrow(/checkers on/)
  }, 120_000)
})
