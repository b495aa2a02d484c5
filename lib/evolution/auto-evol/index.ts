import type { Scenario } from '../types'
import { optimiseStages } from './optimise'
import { isEqualised, optionsOf } from './options'
import { equalStage, evolveStage, keywordsStage, rowsStage } from './rows'

/** Auto Evol-Instruct: the model finds its own methods, in one pass, by a prompt that may be optimised before. */
export const autoEvol: Scenario = {
  kind: 'auto-evol',
  label: 'Auto Evol-Instruct',
  stages(plan) {
    const { keywords, optimiseSteps, batchRounds } = optionsOf(plan)
    const evolve = evolveStage(optimiseSteps)
    const drawn = isEqualised(plan) ? [evolve, equalStage] : [evolve]
    const before = drawn.map(({ id }) => id)
    const named = keywords ? [keywordsStage(before)] : []
    return [
      ...optimiseStages(optimiseSteps, batchRounds),
      ...drawn,
      ...named,
      rowsStage([...before, ...named.map(({ id }) => id)]),
    ]
  },
}
