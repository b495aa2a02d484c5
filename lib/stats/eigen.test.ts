import { expect, it } from 'vitest'
import { symmetricEigenvalues } from './eigen'
import { createRandom } from './random'

const never = async () => undefined

async function eigenvaluesOf(n: number, entry: (i: number, j: number) => number) {
  const matrix = Float64Array.from({ length: n * n }, (_, at) => entry(Math.floor(at / n), at % n))
  return [...(await symmetricEigenvalues(matrix, n, never))]
}

/** The values at ten decimals, which is what they must agree to. */
const rounded = (values: readonly number[]) =>
  values.map((value) => Math.round(value * 1e10) / 1e10 + 0)

it('finds the eigenvalues of a vibrating string, which are known in closed form', async () => {
  const n = 40
  const values = await eigenvaluesOf(n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0))
  const known = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)))
  expect(rounded(values)).toEqual(rounded(known))
})

it('finds those of a full matrix made of chosen ones by a reflection', async () => {
  const n = 25
  const random = createRandom(4)
  const chosen = Array.from({ length: n }, (_, k) => (k < 10 ? 3 : k - 4.5)).toSorted(
    (a, b) => a - b,
  )
  const v = Array.from({ length: n }, () => random.next() - 0.5)
  const square = v.reduce((sum, value) => sum + value * value, 0)
  // H = I - 2 v v' / v'v is its own inverse, so H diag(chosen) H has the chosen eigenvalues.
  const h = (i: number, j: number) =>
    (i === j ? 1 : 0) - (2 * (v[i] as number) * (v[j] as number)) / square
  const values = await eigenvaluesOf(n, (i, j) =>
    chosen.reduce((sum, value, k) => sum + h(i, k) * value * h(k, j), 0),
  )
  expect(rounded(values)).toEqual(rounded(chosen))
})

it('handles one row, zeros and diagonals', async () => {
  expect(rounded(await eigenvaluesOf(1, () => 7))).toEqual([7])
  expect(rounded(await eigenvaluesOf(4, () => 0))).toEqual([0, 0, 0, 0])
  expect(rounded(await eigenvaluesOf(3, (i, j) => (i === j ? 3 - i : 0)))).toEqual([1, 2, 3])
  expect(rounded(await eigenvaluesOf(3, () => 1))).toEqual([0, 0, 3])
})
