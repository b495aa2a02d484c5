import { countMask } from '@/lib/columns/filter'
import { AppError } from '@/lib/errors'
import type { FunnelStep, RuleId, RuleOf, SubsetRule } from '@/lib/contracts/subset'
import { balance } from './rules/balance'
import { decisions } from './rules/decisions'
import { decontaminate } from './rules/decontaminate'
import { exactText } from './rules/exact-text'
import { filter } from './rules/filter'
import { nearText } from './rules/near-text'
import { quota } from './rules/quota'
import { random } from './rules/random'
import { range } from './rules/range'
import { ranked } from './rules/ranked'
import type { Kept, Outcome, Rule, RuleData } from './types'

/** Every kind of rule; a new one is a file, a line here and its shape in lib/contracts/subset.ts. */
export const RULES: { [Id in RuleId]: Rule<Id> } = {
  filter,
  ranked,
  range,
  quota,
  balance,
  exact_text: exactText,
  near_text: nearText,
  decisions,
  random,
  decontaminate,
}

function kindOf<Id extends RuleId>(rule: { rule: Id }): Rule<Id> {
  return RULES[rule.rule]
}

/** What a rule did to the rows. */
export interface Step {
  rule: SubsetRule
  rowsIn: number
  rowsOut: number
  ms: number
  outcome: Outcome
}

/** Returns what rules did in the words of the interface. */
export function funnelSteps(steps: readonly Step[]): FunnelStep[] {
  return steps.map(({ rule, rowsIn, rowsOut, ms, outcome }) => ({
    rule: rule.rule,
    off: rule.off === true,
    rowsIn,
    rowsOut,
    ms,
    missing: outcome.missing ?? {},
    notes: outcome.notes ?? [],
    leaks: outcome.leaks ?? [],
  }))
}

/** Applies one rule; an error says which one it is and holds what the rules before it did. */
function* applyOne(
  rule: SubsetRule,
  before: readonly Step[],
  kept: Kept,
  data: RuleData,
): Generator<void, Outcome> {
  const kind = kindOf(rule) as Rule<RuleId>
  try {
    return yield* kind.apply(rule as RuleOf<RuleId>, kept, data)
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'cancelled') throw error
    const message = `Rule ${before.length + 1} (${kind.label}): ${error.message}`
    throw new AppError('invalid_input', message, {
      cause: error,
      details: { steps: funnelSteps(before) },
    })
  }
}

/**
 * Applies rules in order to the rows that are kept, and returns what each did. Rules that are off do nothing. It stops
 * often; whoever drives it may let others have their turn, or end it.
 */
export function* applyRules(
  rules: readonly SubsetRule[],
  kept: Kept,
  data: RuleData,
): Generator<void, Step[]> {
  const steps: Step[] = []
  let rowsIn = countMask(kept)
  for (const rule of rules) {
    const started = performance.now()
    const outcome = rule.off ? {} : yield* applyOne(rule, steps, kept, data)
    const rowsOut = countMask(kept)
    const ms = Math.round((performance.now() - started) * 10) / 10
    steps.push({ rule, rowsIn, rowsOut, ms, outcome })
    rowsIn = rowsOut
    yield
  }
  return steps
}
