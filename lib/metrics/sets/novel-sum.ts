import { z } from 'zod'
import { whole } from '../params'
import { defineVectorMeasure, type SetVectors } from './define'
import { SIX_VECTORS } from './example-vectors'
import { eachVector, innerProducts, unitVectors } from './vectors'

// As in the source: keeps the density of copies finite.
const LEAST_DISTANCE = 1e-9

/** Positions of the first of each group of equal vectors. */
function distinct({ matrix, n, d }: SetVectors): Uint32Array {
  const known = new Map<string, number>()
  for (let i = 0; i < n; i += 1) {
    const key = matrix.subarray(i * d, (i + 1) * d).join(' ')
    if (!known.has(key)) known.set(key, i)
  }
  return Uint32Array.from(known.values())
}

/** Sum of distances to the others, near ones weighing more. */
export const novelSum = defineVectorMeasure({
  id: 'novel_sum',
  version: 1,
  label: 'NovelSum',
  description:
    'Mean distance of a row to all rows of its set, in which near rows and rows in dense places weigh more. Depends on the size of the set.',
  formula:
    'mean over i of density_i * sum over j of w_j * (1 - cos(e_i, e_j)) / sum w, j ranked by distance (itself first), w = 1 / rank^distancePower, density_i = 1 / (mean squared distance to the nearest distinct vectors + 1e-9)^densityPower',
  source:
    'arXiv 2502.17184, computed as NovelSumScorer of OpenDataArena does, where the density is that of the row itself',
  params: {
    neighbours: whole(
      { min: 1, max: 1000, preset: 10 },
      'Nearest distinct vectors from which the density of a place is told.',
    ),
    densityPower: z.number().min(0).max(4).default(0.5).describe('Power of the density.'),
    distancePower: z.number().min(0).max(4).default(1).describe('Power of the rank.'),
  },
  outputs: [
    {
      key: 'novelSum',
      label: 'NovelSum',
      unit: '',
      direction: 'higher',
      directionMeans: 'More diverse.',
      description: 'Mean over the rows of the weighted distances.',
    },
  ],
  async measure(set, { neighbours, densityPower, distancePower }, pause) {
    const unit = unitVectors(set)
    const apart = distinct(set)
    if (unit === null || apart.length < 2) return { novelSum: null }
    const weights = Float64Array.from({ length: set.n }, (_, rank) => (rank + 1) ** -distancePower)
    const weight = weights.reduce((sum, value) => sum + value, 0)
    const distances = new Float64Array(set.n)
    let total = 0
    await eachVector(unit, pause, (i) => {
      innerProducts(unit, i, distances)
      distances.forEach((product, j) => {
        distances[j] = 1 - product
      })
      // Of vectors of length 1 the squared distance is twice this one.
      const around = Float64Array.from(apart, (j) => 2 * (distances[j] as number)).sort()
      const near = around.subarray(1, neighbours + 1)
      const mean = near.reduce((sum, value) => sum + value, 0) / near.length
      const density = (Math.max(0, mean) + LEAST_DISTANCE) ** -densityPower
      distances.sort()
      const sum = distances.reduce((all, value, rank) => all + value * (weights[rank] as number), 0)
      total += (density * sum) / weight
    })
    return { novelSum: total / set.n }
  },
  examples: [
    {
      name: 'six unit vectors',
      set: SIX_VECTORS,
      params: { neighbours: 2, densityPower: 0.5, distancePower: 1 },
      expected: { novelSum: 0.3985173524416091 },
    },
    {
      name: 'without densities',
      set: SIX_VECTORS,
      params: { neighbours: 2, densityPower: 0, distancePower: 0 },
      expected: { novelSum: 0.5177777777777778 },
    },
  ],
})
