import type { CheckCase, CheckOutcome, PassMatrix } from '@/lib/contracts/experiment'

/** Why a constraint does not survive its checks. */
export type MatrixFault =
  | 'no_function'
  | 'no_case'
  | 'few_functions'
  | 'few_cases'
  | 'no_case_confirmed'
  | 'low_accuracy'

/** Returns the different functions and cases of the replies to one constraint, in their order. */
export function distinctChecks(replies: readonly { func: string; cases: readonly CheckCase[] }[]): {
  functions: string[]
  cases: CheckCase[]
} {
  const cases = new Map(
    replies.flatMap((reply) => reply.cases).map((one) => [JSON.stringify(one), one]),
  )
  return { functions: [...new Set(replies.map(({ func }) => func))], cases: [...cases.values()] }
}

/** Returns why functions and cases are not worth running, null where they are. */
export function tooFew(
  { functions, cases }: { functions: readonly string[]; cases: readonly CheckCase[] },
  least: { minFunctions: number; minCases: number },
): MatrixFault | null {
  if (functions.length === 0) return 'no_function'
  if (cases.length === 0) return 'no_case'
  if (functions.length < least.minFunctions) return 'few_functions'
  return cases.length < least.minCases ? 'few_cases' : null
}

/**
 * Returns the pass matrix with what is kept: a case that at least one function confirms, and a function that gets at least
 * the asked share of the kept cases right (0 where there is none).
 */
export function passMatrix(
  constraint: string,
  functions: readonly string[],
  cases: readonly CheckCase[],
  outcomes: CheckOutcome[][],
  least: number,
): PassMatrix {
  const isKept = cases.map((_, at) => outcomes.some((line) => line[at] === 'pass'))
  const kept = isKept.filter(Boolean).length
  return {
    constraint,
    functions: functions.map((source, row) => {
      const passed = isKept.filter((is, at) => is && outcomes[row]?.[at] === 'pass').length
      const accuracy = kept === 0 ? 0 : passed / kept
      return { source, accuracy, kept: kept > 0 && accuracy >= least }
    }),
    cases: cases.map((one, at) => ({ case: one, kept: isKept[at] === true })),
    outcomes,
  }
}

/** Returns why a constraint does not survive its pass matrix, null where it does. */
export function matrixFault({ functions, cases }: PassMatrix): MatrixFault | null {
  if (!cases.some(({ kept }) => kept)) return 'no_case_confirmed'
  return functions.some(({ kept }) => kept) ? null : 'low_accuracy'
}
