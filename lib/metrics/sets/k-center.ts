import { whole } from '../params'
import { defineVectorMeasure } from './define'
import { SIX_VECTORS } from './example-vectors'
import { innerProducts, squaredDistances, unitVectors } from './vectors'

/** How far a set reaches: the distance that k centres leave, and how alike every row is to its centre. */
export const kCenter = defineVectorMeasure({
  id: 'k_center',
  version: 1,
  label: 'Coverage by k centres',
  description:
    'Farthest-first choice of k rows: the radius that they leave is large where a set is spread out, and the facility location is high where few rows stand for all.',
  formula:
    'centres: the first row, then each time the row farthest from all centres; radius = max over i of min over centres of |e_i - c|; facility location = mean over i of max over centres of cos(e_i, c)',
  source: 'greedy k-center (Gonzalez 1985); facility location as in arXiv 2402.00530, divided by n',
  params: {
    k: whole({ min: 1, max: 10_000, preset: 10 }, 'Number of centres.'),
  },
  outputs: [
    {
      key: 'radius',
      label: 'Covering radius',
      unit: 'distance',
      direction: 'higher',
      directionMeans: 'More spread out: some row is far from all centres.',
      description: 'Euclidean distance of the farthest row to its nearest centre.',
    },
    {
      key: 'facility',
      label: 'Facility location',
      unit: 'cosine',
      direction: 'lower',
      directionMeans: 'More varied: centres stand for the other rows less well.',
      description: 'Mean over the rows of the cosine similarity to the most similar centre.',
    },
  ],
  async measure(set, { k }, pause) {
    const unit = unitVectors(set)
    if (set.n < k || unit === null) return { radius: null, facility: null }
    const nearest = new Float64Array(set.n).fill(Infinity)
    const alike = new Float64Array(set.n).fill(-1)
    const found = new Float64Array(set.n)
    let centre = 0
    for (let chosen = 0; chosen < k; chosen += 1) {
      squaredDistances(set, centre, found)
      found.forEach((value, i) => {
        nearest[i] = Math.min(nearest[i] as number, value)
      })
      innerProducts(unit, centre, found)
      found.forEach((value, i) => {
        alike[i] = Math.max(alike[i] as number, value)
      })
      centre = nearest.reduce((far, value, i) => (value > (nearest[far] as number) ? i : far), 0)
      await pause()
    }
    return {
      radius: Math.sqrt(nearest[centre] as number),
      facility: alike.reduce((sum, value) => sum + value, 0) / set.n,
    }
  },
  examples: [
    {
      name: 'six unit vectors, three centres',
      set: SIX_VECTORS,
      params: { k: 3 },
      expected: { radius: 0.6324555320336759, facility: 0.9 },
    },
    {
      name: 'more centres than vectors',
      set: SIX_VECTORS,
      params: { k: 7 },
      expected: { radius: null, facility: null },
    },
  ],
})
