/** Operators that rewrite an instruction, as lineage links store them. */
export const OPERATORS = [
  'constraints',
  'deepen',
  'concretizing',
  'reasoning',
  'breadth',
  'auto',
] as const

/** Name of an evolution operator that has a prompt. */
export type Operator = (typeof OPERATORS)[number]

/** Rotation without breadth: the default of the reference evolution script. */
export const DEPTH_ORDER: readonly Operator[] = [
  'constraints',
  'deepen',
  'concretizing',
  'reasoning',
]

/** Rotation with breadth switched on. */
export const BREADTH_ORDER: readonly Operator[] = [...DEPTH_ORDER, 'breadth']

/**
 * Returns the operator of a row: order[(i + k - 1) mod n] for row index i (from 0) and round k (from 1), the rotation
 * of the reference evolution script.
 */
export function operatorFor(
  rowIndex: number,
  round: number,
  order: readonly Operator[] = DEPTH_ORDER,
): Operator {
  return order[(rowIndex + round - 1) % order.length] as Operator
}

/** Returns whether a stored operator name is one that has a prompt here. */
export function isOperator(name: string | null): name is Operator {
  return name !== null && (OPERATORS as readonly string[]).includes(name)
}
