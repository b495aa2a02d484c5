import type { Plan } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { autoEvol } from './auto-evol'
import { autoIf } from './autoif'
import { evolInstruct } from './evol-instruct'
import { respondStages, measureStages } from './shared'
import type { Scenario, Stage } from './types'

export type * from './types'

/** Every scenario; one line each. */
const SCENARIOS: readonly Scenario[] = [evolInstruct, autoIf, autoEvol]

/** Returns the scenario of a plan; `invalid_input` when this version cannot run it. */
export function scenarioOf(plan: Plan): Scenario {
  const found = SCENARIOS.find(({ kind }) => kind === plan.scenario.kind)
  if (found) return found
  throw new AppError('invalid_input', `The scenario "${plan.scenario.kind}" cannot be run.`)
}

/** Returns the stages of a plan in order: those of its scenario, then responses and measures where it asks for them. */
export function stagesOf(plan: Plan): Stage[] {
  const scenario = scenarioOf(plan)
  const own = scenario.stages(plan)
  const answers = respondStages(plan, own).filter(
    ({ of }) => scenario.leavesSeeds !== true || !of.includes('seeds'),
  )
  const withResponses = [...own, ...answers]
  return [...withResponses, ...measureStages(plan, withResponses)]
}
