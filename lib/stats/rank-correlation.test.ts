import { expect, it } from 'vitest'
import { permutationP } from './rank-correlation'

it('permutationP comes near the exact share of all orders, and has none without a correlation', () => {
  // Of the 120 orders of five ranks 2 give -1 or 1, and 16 give at least 0.8 either way.
  const x = [1, 2, 3, 4, 5]
  expect(permutationP(x, [10, 20, 30, 40, 50])).toBeCloseTo(2 / 120, 2)
  expect(permutationP(x, [2, 1, 4, 3, 5])).toBeCloseTo(16 / 120, 1)
  expect(permutationP(x, [5, 3, 4, 1, 2])).toBeCloseTo(16 / 120, 1)
  expect(permutationP(x, [1, 1, 1, 1, 1])).toBeNull()
  expect(permutationP([1], [1])).toBeNull()
})
