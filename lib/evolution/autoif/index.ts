import { AppError } from '@/lib/errors'
import type { Scenario } from '../types'
import { checkersStage, checkStage } from './checkers'
import { consistentStage, describeStage } from './consistency'
import { augmentStage, constraintsStage } from './constraints'
import { seedConstraints } from './lines'
import { countQueries, equalStage, fitStage, joinStage, queriesStage } from './rows'
import { optionsOf } from './shared'

/** AutoIF: constraints that functions can check, joined with queries. The seeds of the plan are the queries. */
export const autoIf: Scenario = {
  kind: 'autoif',
  label: 'AutoIF',
  leavesSeeds: true,
  stages(plan) {
    const { backTranslation, queryScore } = optionsOf(plan)
    return [
      queriesStage,
      augmentStage,
      constraintsStage,
      checkersStage,
      checkStage,
      ...(backTranslation ? [describeStage, consistentStage] : []),
      equalStage(backTranslation ? consistentStage.id : checkStage.id),
      joinStage(queryScore !== null),
      ...(queryScore === null ? [] : [fitStage]),
    ]
  },
  check(plan, seeds) {
    const { constraints, queries } = optionsOf(plan)
    if (seedConstraints(constraints).length === 0) {
      throw new AppError(
        'invalid_input',
        'scenario.constraints holds no constraint. Write one a line, or leave it out to use those of the program.',
      )
    }
    const found = countQueries(seeds)
    if (found >= queries) return
    throw new AppError(
      'invalid_input',
      `Each constraint is joined with ${queries} queries, but only ${found} of the ${seeds.length} chosen seeds are different texts of 21 to 299 characters. Choose more seeds, or set scenario.queries lower.`,
    )
  },
}
