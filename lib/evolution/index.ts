import type { Plan } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { evolInstruct } from './evol-instruct'
import { respondStages, measureStages } from './shared'
import type { Scenario, Stage } from './types'

export type * from './types'

/** Every scenario; one line each. */
const SCENARIOS: readonly Scenario[] = [evolInstruct]

/** Returns the scenario of a plan; `invalid_input` when this version cannot run it. */
export function scenarioOf(plan: Plan): Scenario {
  const found = SCENARIOS.find(({ kind }) => kind === plan.scenario.kind)
  if (found) return found
  throw new AppError('invalid_input', `The scenario "${plan.scenario.kind}" cannot be run.`)
}

/** Returns the stages of a plan in order: those of its scenario, then responses and measures where it asks for them. */
export function stagesOf(plan: Plan): Stage[] {
  const own = scenarioOf(plan).stages(plan)
  const withResponses = [...own, ...respondStages(plan, own)]
  return [...withResponses, ...measureStages(plan, withResponses)]
}
