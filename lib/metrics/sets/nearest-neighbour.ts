import { defineVectorMeasure } from './define'
import { SIX_VECTORS, exampleVectors } from './example-vectors'
import { eachVector, squaredDistances } from './vectors'

/** Mean distance of each vector to the nearest other one. */
export const nearestNeighbour = defineVectorMeasure({
  id: 'nearest_neighbour',
  version: 1,
  label: 'Mean nearest-neighbour distance',
  description:
    'Mean of the minimum neighbour distance within sets of equal size: the distance falls as a set grows, so cells compare only so.',
  formula: 'mean over i of min over j != i of sum_k (e_ik - e_jk)^2   (squared, no root)',
  source: 'arXiv 2412.11231, diversity script, over draws of equal size',
  params: {},
  outputs: [
    {
      key: 'mean',
      label: 'Mean nearest-neighbour distance',
      unit: 'squared distance',
      direction: 'higher',
      directionMeans: 'More diverse: the nearest other row is further away.',
      description: 'Mean over the rows of the squared distance to the nearest other row.',
    },
  ],
  async measure(set, _params, pause) {
    if (set.n < 2) return { mean: null }
    const distances = new Float64Array(set.n)
    let sum = 0
    await eachVector(set, pause, (i) => {
      squaredDistances(set, i, distances)
      distances[i] = Infinity
      sum += distances.reduce((least, value) => Math.min(least, value), Infinity)
    })
    return { mean: sum / set.n }
  },
  examples: [
    { name: 'six unit vectors', set: SIX_VECTORS, expected: { mean: 2.8 / 6 } },
    { name: 'one vector', set: exampleVectors([[1, 0]]), expected: { mean: null } },
  ],
})
