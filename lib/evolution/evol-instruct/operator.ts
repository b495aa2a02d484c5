import type { EvolInstructOptions } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { BREADTH_ORDER, DEPTH_ORDER, operatorFor, type Operator } from '@/lib/prompts/operators'
import { createRandom } from '@/lib/stats/random'

/** A row draws by numbers of its own: neighbours and rounds must not share them. */
const ROW_STEP = 1_000_003
const ROUND_STEP = 7_919

function orderOf({ breadth }: EvolInstructOptions, setKey: string): readonly Operator[] {
  const isWide = typeof breadth === 'boolean' ? breadth : breadth.includes(setKey)
  return isWide ? BREADTH_ORDER : DEPTH_ORDER
}

/**
 * Returns the operator of a seed's row in a round: by rotation, order[(row + round - 1) mod n] as in the study, with the
 * row of the seed file so that a sample and the whole agree; or drawn from the seed, evenly or by weights.
 */
export function operatorIn(
  options: EvolInstructOptions,
  seed: number,
  row: { setKey: string; idx: number },
  round: number,
): Operator {
  const order = orderOf(options, row.setKey)
  if (options.order === 'rotation') return operatorFor(row.idx, round, order)
  const weights = order.map((operator) =>
    options.order === 'weights' ? (options.weights?.[operator] ?? 0) : 1,
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum <= 0) {
    throw new AppError(
      'invalid_input',
      `The weights of the operators of "${row.setKey}" add up to nothing. Give one of ${order.join(', ')} a weight above 0.`,
    )
  }
  let left = createRandom(seed + row.idx * ROW_STEP + round * ROUND_STEP).next() * sum
  for (const [at, operator] of order.entries()) {
    left -= weights[at] as number
    if (left < 0) return operator
  }
  return order.findLast((_, at) => (weights[at] as number) > 0) as Operator
}
