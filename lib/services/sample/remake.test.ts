import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import type { Db } from '@/db/client'
import { planSchema, withBackends, type CheckOutcome } from '@/lib/contracts/experiment'
import type { CheckTools } from '@/lib/evolution'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { listColumns } from '../columns'
import { getExperiment, listExperiments, startExperiment } from '../experiments'
import { dumpSample } from './dump'
import { loadSample } from './load'
import { samplePlans } from './plans'
import { createSeedStudy, SAMPLE_RECIPE } from './seeds'

// The sandbox has tests of its own.
const tools: CheckTools = {
  width: 2,
  runChecks: async (functions, cases) =>
    functions.map((_, row) => cases.map((): CheckOutcome => (row === 0 ? 'pass' : 'fail'))),
}
vi.mock('@/lib/worker/handlers/stage/check-tools', () => ({ openCheckTools: () => tools }))

const open: TestStudy[] = []
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-remake-'))
afterEach(() => {
  for (const study of open.splice(0)) study.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

function study(): TestStudy {
  const made = testStudy(1)
  open.push(made)
  return made
}

/** Rows of the scenarios' evolvers with all that they keep, their responses, and what the experiments say of each stage. */
function contents(db: Db, studyId: string) {
  const rows = db.$client
    .prepare(
      `select a.key, a.scenario, t.key as seeds, c.round, r.idx, r.slot, r.instruction, r.input, l.parent_idx, l.operator,
         json_remove(r.extra, '$.operator', '$.finish_reason') as extra, p.text,
         json_remove(c.source, '$.definition.jobId', '$.definition.experimentId') -> '$.definition' as definition
       from cells c join arms a on a.id = c.arm_id join seed_sets t on t.id = c.seed_set_id
       join rows r on r.cell_no = c.no
       join alignments n on n.child_cell_no = c.no and n.kind = 'birth'
       left join links l on l.alignment_no = n.no and l.child_idx = r.idx
       join response_sets s on s.cell_no = c.no join responses p on p.set_no = s.no and p.idx = r.idx
       where c.study_id = ? order by 1, 3, 4, 5`,
    )
    .all(studyId)
  const experiments = listExperiments(db, studyId).map(({ id }) => {
    const { name, plan, stages } = getExperiment(db, studyId, id)
    return {
      name,
      plan,
      stages: stages.map(({ cells, job: _job, jobId: _id, ...rest }) => [rest, cells.length]),
    }
  })
  const columns = listColumns(db, studyId).map(({ label, shape }) => `${label} ${shape}`)
  return { rows, experiments, columns }
}

it('what the scenarios made comes back whole: rows with what they keep, columns of tags, and every stage', async () => {
  const made = study()
  const studyId = createSeedStudy(made.db)
  for (const plan of samplePlans().slice(1)) {
    // Fewer questions, so that it does not take long.
    const few = plan.scenario.kind === 'autoif' ? { samples: 2, constraints: 'Use no commas.' } : {}
    // The fake model knows the prompts of the program.
    const arms = plan.arms.map((arm) => ({ ...arm, prompts: {} }))
    // Whole seed files are answered, as Evol-Instruct has it.
    const small = planSchema.parse({
      ...plan,
      arms,
      seeds: {},
      scenario: { ...plan.scenario, ...few },
    })
    const onFake = withBackends(small, () => 'fake')
    startExperiment(made, studyId, onFake)
    await runJobs(made)
  }
  const manifest = dumpSample(made.db, studyId, SAMPLE_RECIPE, folder)
  expect(manifest.experiments.map(({ plan }) => plan.scenario.kind)).toEqual([
    'auto-evol',
    'autoif',
  ])
  const other = study()
  const loaded = await loadSample(other.db, { values: false, folder })
  const before = contents(made.db, studyId)
  expect(before.rows).toHaveLength(3 * 4 + 4 * 4)
  expect(before.columns).toContain('method_phrases tags')
  expect(contents(other.db, loaded.studyId)).toEqual(before)
  // Written once more it is the same to the byte, but for its times.
  const again = path.join(folder, 'again')
  fs.mkdirSync(again)
  expect(dumpSample(other.db, loaded.studyId, SAMPLE_RECIPE, again)).toEqual(manifest)
})

it('leaves out the evolvers of a scenario that is to be made again', async () => {
  const { db } = study()
  const { studyId } = await loadSample(db, { values: false, without: ['evol-instruct'] })
  const arms = db.$client
    .prepare('select scenario from arms where study_id = ?')
    .pluck()
    .all(studyId)
  expect(arms).not.toContain('evol-instruct')
})
