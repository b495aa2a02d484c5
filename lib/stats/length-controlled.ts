import { Z_95 } from './intervals'
import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { sampleStd } from './summary'

/** How often one side would win if both texts were equally long. */
export interface LengthControlled {
  ok: true
  rate: number
  low: number
  high: number
  /** Change of the log-odds of winning from equal length to one standard deviation longer. */
  slope: number
}

// Newton's method doubles its digits each step; data that need more have no finite maximum.
const MAX_STEPS = 50
const CLOSE = 1e-12
// Beyond this the fitted shares are 0 or 1 in floating point: the sides are separated and no rate exists.
const LARGEST = 30

const share = (logOdds: number) => 1 / (1 + Math.exp(-logOdds))

/**
 * Returns the win rate at equal length, with its interval: log-odds of the outcome (1 win, 1/2 tie, 0 loss) = a + b tanh(d
 * / SD of d), fitted by maximum likelihood, is read at d = 0. The interval takes a's sandwich variance. No value for fewer
 * than three outcomes, for differences that are all the same, or where length separates wins from losses.
 */
export function lengthControlled(
  outcomes: Numbers,
  differences: Numbers,
): LengthControlled | NoValue {
  const n = outcomes.length
  if (n < 3) return noValue('n_too_small')
  const spread = sampleStd(differences)
  if (!(spread > 0)) return noValue('constant')
  const xs = Float64Array.from(differences, (difference) => Math.tanh(difference / spread))
  let [a, b] = [0, 0]
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const sums = { u: 0, v: 0, aa: 0, ab: 0, bb: 0, uu: 0, uv: 0, vv: 0 }
    for (let i = 0; i < n; i += 1) {
      const x = xs[i] as number
      const p = share(a + b * x)
      const [rest, weight] = [(outcomes[i] as number) - p, p * (1 - p)]
      sums.u += rest
      sums.v += rest * x
      sums.aa += weight
      sums.ab += weight * x
      sums.bb += weight * x * x
      sums.uu += rest * rest
      sums.uv += rest * rest * x
      sums.vv += rest * rest * x * x
    }
    const { u, v, aa, ab, bb, uu, uv, vv } = sums
    const determinant = aa * bb - ab * ab
    if (!(determinant > 0)) return noValue('zero_denominator')
    const [da, db] = [(bb * u - ab * v) / determinant, (aa * v - ab * u) / determinant]
    if (Math.abs(da) + Math.abs(db) < CLOSE) {
      const [ia, ib] = [bb / determinant, -ab / determinant]
      const half = Z_95 * Math.sqrt(ia * ia * uu + 2 * ia * ib * uv + ib * ib * vv)
      return { ok: true, rate: share(a), low: share(a - half), high: share(a + half), slope: b }
    }
    a += da
    b += db
    if (Math.abs(a) + Math.abs(b) > LARGEST) return noValue('zero_denominator')
  }
  return noValue('zero_denominator')
}
