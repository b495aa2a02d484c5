import { expect, it } from 'vitest'
import { symmetricEigenvalues } from './eigen'
import { createRandom } from './random'

const never = async () => undefined

async function eigenvaluesOf(n: number, entry: (i: number, j: number) => number) {
  const matrix = Float64Array.from({ length: n * n }, (_, at) => entry(Math.floor(at / n), at % n))
  return [...(await symmetricEigenvalues(matrix, n, never))]
}

function expectNear(values: readonly number[], expected: readonly number[]) {
  expect(values).toHaveLength(expected.length)
  const worst = values.map((value, k) => Math.abs(value - (expected[k] as number)))
  expect(Math.max(0, ...worst)).toBeLessThan(1e-10)
}

it('finds the eigenvalues of a vibrating string, which are known in closed form', async () => {
  const n = 40
  const values = await eigenvaluesOf(n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0))
  const known = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)))
  expectNear(values, known)
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
  expectNear(values, chosen)
})

it('handles one row, zeros and diagonals', async () => {
  expectNear(await eigenvaluesOf(1, () => 7), [7])
  expectNear(await eigenvaluesOf(4, () => 0), [0, 0, 0, 0])
  expectNear(await eigenvaluesOf(3, (i, j) => (i === j ? 3 - i : 0)), [1, 2, 3])
  expectNear(await eigenvaluesOf(3, () => 1), [0, 0, 3])
})
