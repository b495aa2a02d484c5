import { symmetricEigenvalues } from '@/lib/stats/eigen'
import { defineVectorMeasure, type Pause, type SetVectors } from './define'
import { SIX_VECTORS, exampleVectors } from './example-vectors'
import { eachVector, innerProducts, unitVectors } from './vectors'

// Rounding leaves eigenvalues that are 0 about so far from it.
const LEAST_EIGENVALUE = 1e-12

/** Eigenvalues of K / n above 0, K being the cosine kernel; those of the smaller of the two Gram matrices are the same. */
async function kernelEigenvalues(unit: SetVectors, pause: Pause): Promise<Float64Array> {
  const { matrix, n, d } = unit
  const isTall = d < n
  const size = isTall ? d : n
  const side: SetVectors = isTall
    ? {
        matrix: Float64Array.from(
          { length: n * d },
          (_, at) => matrix[(at % n) * d + Math.floor(at / n)] as number,
        ),
        n: d,
        d: n,
      }
    : unit
  const gram = new Float64Array(size * size)
  await eachVector(side, pause, (i) => innerProducts(side, i, gram.subarray(i * size)))
  const values = await symmetricEigenvalues(
    gram.map((value) => value / n),
    size,
    pause,
  )
  return values.filter((value) => value > LEAST_EIGENVALUE)
}

/** Effective number of different rows. */
export const vendiScore = defineVectorMeasure({
  id: 'vendi_score',
  version: 1,
  label: 'Vendi score',
  description:
    'Effective number of different rows: 1 when all are the same, n when no two are alike. Grows with the number of rows and has not settled below some 20,000.',
  formula:
    'l = eigenvalues of K / n, K_ij = cos(e_i, e_j); q = 1: exp(-sum l ln l), q = 2: 1 / sum l^2, q = infinity: 1 / max l',
  source: 'arXiv 2210.02410; orders q as in arXiv 2310.12952',
  params: {},
  outputs: [
    ['q1', 'Vendi score', 'Exponential of the entropy of the eigenvalues.'],
    [
      'q2',
      'Vendi score, q = 2',
      'One over the sum of squared eigenvalues: common rows weigh more.',
    ],
    ['qInf', 'Vendi score, q = ∞', 'One over the largest eigenvalue: only the most common counts.'],
  ].map(([key = '', label = '', description = '']) => ({
    key,
    label,
    unit: 'rows',
    direction: 'higher' as const,
    directionMeans: 'More diverse.',
    description,
  })),
  async measure(set, _params, pause) {
    const unit = unitVectors(set)
    if (unit === null || set.n === 0) return { q1: null, q2: null, qInf: null }
    const values = await kernelEigenvalues(unit, pause)
    const sum = (of: (value: number) => number) => values.reduce((all, one) => all + of(one), 0)
    return {
      q1: Math.exp(-sum((value) => value * Math.log(value))),
      q2: 1 / sum((value) => value * value),
      qInf: 1 / (values.at(-1) as number),
    }
  },
  examples: [
    {
      name: 'six unit vectors',
      set: SIX_VECTORS,
      expected: { q1: 2.8216715182163075, q2: 2.6589458756795077, qInf: 2.002773965544002 },
    },
    {
      name: 'two vectors at right angles, longer than 1',
      set: exampleVectors([
        [2, 0, 0],
        [0, 3, 0],
      ]),
      expected: { q1: 2, q2: 2, qInf: 2 },
    },
  ],
})
