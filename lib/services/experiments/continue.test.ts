import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { eq } from 'drizzle-orm'
import { backends, experiments } from '@/db/schema'
import { withBackends } from '@/lib/contracts/experiment'
import { openBackup } from '@/lib/services/backup/open'
import { writeBackup } from '@/lib/services/backup/write'
import { createSeedStudy, SAMPLE_RECIPE } from '@/lib/services/sample/seeds'
import { isDone, madeBy, testPlan } from '@/lib/testing/experiments'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { changePlan } from './change'
import { continueExperiment } from './continue'
import { getExperiment, startExperiment } from '.'

const open: TestStudy[] = []
afterEach(() => {
  for (const study of open.splice(0)) study.close()
})

function study(fake: Record<string, unknown> = { latencyMs: 2 }): TestStudy {
  const made = testStudy(1, fake)
  open.push(made)
  return made
}

const plan = testPlan({ judge: { backend: 'fake' }, seeds: { rows: 9 } })
const moved = withBackends(plan, () => 'here')
const [set] = SAMPLE_RECIPE.seedSets

/** A study whose experiment ended in the middle, written as a backup. */
async function halfDone() {
  const made = study()
  // Ids of the test study are no UUIDs, which a backup wants.
  const recipe = { ...SAMPLE_RECIPE, seedSets: set ? [set] : [] }
  const of = { ...made, studyId: createSeedStudy(made.db, recipe) }
  const { id } = startExperiment(of, of.studyId, plan)
  const done = () =>
    getExperiment(of.db, of.studyId, id).stages.filter(({ state }) => state === 'done')
  await runJobs(of, () => (done().length > 0 ? 'shutdown' : null))
  const file = path.join(of.config.dataDir, 'half.zip')
  await writeBackup(of, of.studyId, file, {})
  return { of, id, file }
}

/** Opens the backup and returns the study with the one experiment that it holds. */
async function opened(to: TestStudy, file: string) {
  const upload = { path: file, name: 'half.zip', sizeBytes: fs.statSync(file).size }
  const { studyId } = await openBackup(to, upload, {})
  const row = to.db.select().from(experiments).where(eq(experiments.studyId, studyId)).get()
  if (!row) throw new Error('the backup brought no experiment')
  return { ...to, studyId, id: row.id }
}

it('goes on in a copy beside the original, whose jobs are left alone', async () => {
  const { of, id, file } = await halfDone()
  const copy = await opened(of, file)
  const before = getExperiment(of.db, copy.studyId, copy.id).stages
  expect(before.filter(({ state }) => state === 'done')).toHaveLength(1)
  expect(before.some(({ job }) => job !== null)).toBe(false)
  expect(before.find(({ state }) => state === 'ready')?.why).toContain('continue the experiment')
  continueExperiment(of.db, copy.studyId, copy.id)
  await runJobs(of)
  for (const one of [{ ...of, id }, copy]) expect(isDone(one, one.id)).toBe(true)
})

it('goes on in another installation once its backends are replaced by ones of the same model', async () => {
  const { of, id, file } = await halfDone()
  await runJobs(of)
  const to = study()
  to.db.update(backends).set({ id: 'here', label: 'Here' }).where(eq(backends.id, 'fake')).run()
  const copy = await opened(to, file)
  const go = () => continueExperiment(to.db, copy.studyId, copy.id)
  expect(go).toThrow(
    'The backend of the evolver "One", the evolver "Two", the judge model, the response model is not here',
  )
  changePlan(to, copy.studyId, copy.id, moved)
  // It is here now, so it stays.
  expect(() => changePlan(to, copy.studyId, copy.id, plan)).toThrow('cannot change')
  await runJobs(to)
  expect(isDone(copy, copy.id)).toBe(true)
  expect(madeBy(to, 'one')).toEqual(madeBy(of, 'one'))
  expect(isDone(of, id)).toBe(true)
})

it('pauses when the backend in the place of another one serves another model', async () => {
  const { file } = await halfDone()
  const to = study({ seed: 5 })
  to.db.update(backends).set({ id: 'here', label: 'Here' }).where(eq(backends.id, 'fake')).run()
  const copy = await opened(to, file)
  changePlan(to, copy.studyId, copy.id, moved)
  await runJobs(to)
  const { stages } = getExperiment(to.db, copy.studyId, copy.id)
  expect(stages.find(({ state }) => state === 'paused')?.job?.hold?.reason).toBe('model_changed')
})
