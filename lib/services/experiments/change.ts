import { eq, inArray } from 'drizzle-orm'
import { inTransaction } from '@/db/client'
import { experiments, stages } from '@/db/schema'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { ChosenSeeds, Experiment, Plan } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { listBackendRows } from '../backends'
import type { ServiceContext } from '../context'
import { definitionHash } from '../runs/definition'
import { advance, jobOf } from './advance'
import { cancelStages } from './cancel'
import { ensureStages, experimentRow, placedStages, type ExperimentRow } from './records'
import { checkPlan, chooseSeeds, getExperiment } from '.'

function refuse(message: string): never {
  throw new AppError('invalid_input', message)
}

/**
 * Items are asked again when their question changes, not when another model or decoding would answer it. Only a backend that is
 * not here, as of a backup that was made elsewhere, can be replaced; its model has to be the same.
 */
function checkSame(before: Plan, plan: Plan, isHere: (backend: string) => boolean): void {
  if (plan.scenario.kind !== before.scenario.kind) {
    refuse(`This experiment is "${before.scenario.kind}"; start another one.`)
  }
  const rules = ({ scenario }: Plan) =>
    scenario.kind === 'evol-instruct' ? scenario.eliminate.toSorted() : null
  if (canonicalJson(rules(plan)) !== canonicalJson(rules(before))) {
    refuse('Rows were kept by the rules of elimination of the plan, which cannot change.')
  }
  for (const arm of before.arms) {
    const after = plan.arms.find(({ key }) => key === arm.key)
    if (!after) refuse(`The evolver "${arm.key}" has rows already and must stay in the plan.`)
    const stays = isHere(arm.backend)
    const decides = ({ backend, decoding }: typeof arm) =>
      canonicalJson({ backend: stays ? backend : null, decoding })
    if (decides(after) === decides(arm)) continue
    refuse(
      `Backend and decoding of "${arm.key}" made its rows and cannot change. Add an evolver with another key.`,
    )
  }
  const judge =
    before.judge && plan.judge && !isHere(before.judge.backend)
      ? { ...before.judge, backend: plan.judge.backend }
      : before.judge
  if (judge && canonicalJson(plan.judge) !== canonicalJson(judge)) {
    refuse('The judge model has answered already and cannot change.')
  }
}

/** The models with which an experiment began, known by the backends that took the place of others as well. */
function modelsUnder({ plan: before, models }: ExperimentRow, plan: Plan): ExperimentRow['models'] {
  const pairs = [
    ...before.arms.map(({ key, backend }) => [
      backend,
      plan.arms.find((arm) => arm.key === key)?.backend,
    ]),
    [before.judge?.backend, plan.judge?.backend],
  ]
  const moved = pairs.flatMap(([from, to]) => {
    const model = from === undefined ? undefined : models[from]
    return to === undefined || model === undefined ? [] : [[to, model] as const]
  })
  return { ...Object.fromEntries(moved), ...models }
}

/** Seeds can be added, never taken away: rows have been made of them. */
function checkKept(before: readonly ChosenSeeds[], after: readonly ChosenSeeds[]): void {
  for (const { setKey, cellId, rows } of before) {
    const same = after.find((set) => set.setKey === setKey)
    if (!same) refuse(`Rows of "${setKey}" were evolved already; keep the set in the plan.`)
    if (same.cellId !== cellId) {
      refuse(`The seed file of "${setKey}" was replaced since. Start another experiment.`)
    }
    if (same.rows === null) continue
    const kept = new Set(same.rows)
    const lost = rows === null ? 1 : rows.filter((row) => !kept.has(row)).length
    if (lost > 0) {
      refuse(
        `The changed plan leaves out rows of "${setKey}" that were evolved already. Seeds can only be added: keep random seed and filter, and raise the number of rows.`,
      )
    }
  }
}

/**
 * Changes the plan of an experiment and returns it: more seeds, another round, more evolvers, other operators of a set. All
 * stages run again; only items whose question is new or has changed are asked, and files whose rows change are made anew.
 */
export function changePlan(
  { db }: ServiceContext,
  studyId: string,
  id: string,
  plan: Plan,
): Experiment {
  inTransaction(db, () => {
    const before = experimentRow(db, id, studyId)
    const placed = placedStages(db, before)
    if (placed.some((one) => jobOf(db, before, one)?.state === 'running')) {
      throw new AppError(
        'conflict',
        'A stage is running. Pause it or wait for it, then change the plan.',
      )
    }
    const here = new Set(listBackendRows(db).map((backend) => backend.id))
    checkSame(before.plan, plan, (backend) => here.has(backend))
    checkPlan(
      db,
      studyId,
      plan,
      before.plan.arms.map(({ key }) => key),
    )
    const seeds = chooseSeeds(db, studyId, plan)
    checkKept(before.seeds, seeds)
    cancelStages(db, before, placed)
    const models = modelsUnder(before, plan)
    const changed = { plan, planHash: definitionHash(plan), seeds, models }
    db.update(experiments).set(changed).where(eq(experiments.no, before.no)).run()
    const numbers = placed.map(({ row }) => row.no)
    db.update(stages).set({ doneAt: null, jobId: null }).where(inArray(stages.no, numbers)).run()
    const after = { ...before, ...changed }
    ensureStages(db, after)
    advance(db, after)
  })
  return getExperiment(db, studyId, id)
}
