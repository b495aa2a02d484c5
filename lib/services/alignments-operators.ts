import { BREADTH_ORDER, DEPTH_ORDER, operatorFor } from '@/lib/prompts/operators'

/** How operators are assigned when a file does not record them. */
export type OperatorRule = 'none' | 'rotation4' | 'rotation5'

/** Returns the operators of a rotation in order; empty for `none`. */
function rotationOrder(rule: OperatorRule): readonly string[] {
  if (rule === 'none') return []
  return rule === 'rotation4' ? DEPTH_ORDER : BREADTH_ORDER
}

/** Returns the operator of the parent's row `idx` in round `round` (1 = first evolved file), or null when none is inferred. */
export function rotationOperator(rule: OperatorRule, idx: number, round: number): string | null {
  if (rule === 'none') return null
  return operatorFor(idx, round, rule === 'rotation4' ? DEPTH_ORDER : BREADTH_ORDER)
}

/** Returns SQL for the operator of `c.idx` under the rule; a constant list, so nothing of the user's enters the statement. */
export function operatorSql(rule: OperatorRule, round: number): string {
  const order = rotationOrder(rule)
  if (order.length === 0) return 'null'
  const cases = order.map((operator, k) => `when ${k} then '${operator}'`).join(' ')
  return `case (c.idx + ${Math.trunc(round) - 1}) % ${order.length} ${cases} end`
}
