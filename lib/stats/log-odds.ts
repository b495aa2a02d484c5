import type { Numbers } from './no-value'

/**
 * Returns for each word the log-odds ratio between two texts in standard errors, with a prior from both together
 * (Monroe, Colaresi and Quinn 2008): rare words are drawn towards no difference. `prior` is the weight of the prior in words.
 */
export function logOddsZ(a: Numbers, b: Numbers, prior: number): Float64Array {
  let sumA = 0
  let sumB = 0
  for (let k = 0; k < a.length; k += 1) {
    sumA += a[k] as number
    sumB += b[k] as number
  }
  const z = new Float64Array(a.length)
  for (let k = 0; k < a.length; k += 1) {
    const own = ((a[k] as number) + (b[k] as number)) / (sumA + sumB)
    const [inA, inB] = [(a[k] as number) + prior * own, (b[k] as number) + prior * own]
    const delta = Math.log(inA / (sumA + prior - inA)) - Math.log(inB / (sumB + prior - inB))
    z[k] = delta / Math.sqrt(1 / inA + 1 / inB)
  }
  return z
}
