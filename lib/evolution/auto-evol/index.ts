import type { Scenario } from '../types'
import { isEqualised, optionsOf } from './options'
import { equalStage, evolveStage, keywordsStage, rowsStage } from './rows'

/** Auto Evol-Instruct: one pass in which the model finds its own methods. */
export const autoEvol: Scenario = {
  kind: 'auto-evol',
  label: 'Auto Evol-Instruct',
  stages(plan) {
    const drawn = isEqualised(plan) ? [evolveStage, equalStage] : [evolveStage]
    const before = drawn.map(({ id }) => id)
    const named = optionsOf(plan).keywords ? [keywordsStage(before)] : []
    return [...drawn, ...named, rowsStage([...before, ...named.map(({ id }) => id)])]
  },
}
