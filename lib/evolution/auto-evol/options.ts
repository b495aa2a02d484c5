import type { AutoEvolOptions, Plan } from '@/lib/contracts/experiment'

/** Returns the options of an Auto Evol-Instruct plan. */
export function optionsOf(plan: Plan): AutoEvolOptions {
  if (plan.scenario.kind !== 'auto-evol') throw new TypeError('another scenario')
  return plan.scenario
}

/** Returns whether rows are drawn: a single evolver without a limit keeps all. */
export function isEqualised(plan: Plan): boolean {
  const { equal, draw } = optionsOf(plan)
  return draw !== null || (equal && plan.arms.length > 1)
}
