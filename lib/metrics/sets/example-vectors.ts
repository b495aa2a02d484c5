import type { SetVectors } from './define'

/** Returns vectors as a measure gets them, in float64, so that examples hold to more digits than float32 has. */
export function exampleVectors(rows: readonly (readonly number[])[]): SetVectors {
  return { matrix: Float64Array.from(rows.flat()), n: rows.length, d: rows[0]?.length ?? 0 }
}

/** Six unit vectors in three dimensions, whose numbers numpy computed (golden/make_golden.py). */
export const SIX_VECTORS = exampleVectors([
  [1, 0, 0],
  [0.8, 0.6, 0],
  [0, 1, 0],
  [0, 0.6, 0.8],
  [0, 0, 1],
  [0.6, 0, 0.8],
])
