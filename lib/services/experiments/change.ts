import { eq, inArray } from 'drizzle-orm'
import { inTransaction } from '@/db/client'
import { experiments, stages } from '@/db/schema'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { ChosenSeeds, Experiment, Plan } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import type { ServiceContext } from '../context'
import { definitionHash } from '../runs/definition'
import { advance, jobOf } from './advance'
import { cancelStages } from './cancel'
import { ensureStages, experimentRow, placedStages } from './records'
import { checkPlan, chooseSeeds, getExperiment } from '.'

function refuse(message: string): never {
  throw new AppError('invalid_input', message)
}

/** Items are asked again when their question changes, not when another model or decoding would answer it. */
function checkSame(before: Plan, plan: Plan): void {
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
    const decides = ({ backend, decoding }: typeof arm) => canonicalJson({ backend, decoding })
    if (decides(after) === decides(arm)) continue
    refuse(
      `Backend and decoding of "${arm.key}" made its rows and cannot change. Add an evolver with another key.`,
    )
  }
  if (before.judge && canonicalJson(plan.judge) !== canonicalJson(before.judge)) {
    refuse('The judge model has answered already and cannot change.')
  }
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
    if (placed.some((one) => jobOf(db, one)?.state === 'running')) {
      throw new AppError(
        'conflict',
        'A stage is running. Pause it or wait for it, then change the plan.',
      )
    }
    checkSame(before.plan, plan)
    checkPlan(
      db,
      studyId,
      plan,
      before.plan.arms.map(({ key }) => key),
    )
    const seeds = chooseSeeds(db, studyId, plan)
    checkKept(before.seeds, seeds)
    cancelStages(db, placed)
    const changed = { plan, planHash: definitionHash(plan), seeds }
    db.update(experiments).set(changed).where(eq(experiments.no, before.no)).run()
    const numbers = placed.map(({ row }) => row.no)
    db.update(stages).set({ doneAt: null, jobId: null }).where(inArray(stages.no, numbers)).run()
    const after = { ...before, ...changed }
    ensureStages(db, after)
    advance(db, after)
  })
  return getExperiment(db, studyId, id)
}
