import { carriesValue, statusCode } from '@/lib/contracts/status'
import type { DerivedMetric, DerivedVariant } from './types'
import { defineMetric } from './types'

function variant(key: string, label: string, description: string): DerivedVariant {
  return {
    key,
    label,
    description,
    output: {
      key: 'token_probability',
      label,
      shape: 'scalar',
      dtype: 'f64',
      unit: '',
      range: [0, 1],
      direction: 'higher',
      directionMeans: 'The evolver is surer of how its rewriting begins.',
      description,
    },
  }
}

const derive: DerivedMetric['derive'] = (columns, key, n) => {
  const values = new Float64Array(n)
  const status = new Uint8Array(n)
  const vector = columns['p']
  const k = vector && n > 0 ? vector.values.length / n : 0
  for (let i = 0; i < n; i += 1) {
    const code = vector?.status[i] ?? 0
    status[i] = code
    if (!carriesValue(code)) continue
    let sum = 0
    let count = 0
    for (let t = 0; t < (key === 'mean' ? k : 1); t += 1) {
      const p = vector?.values[i * k + t] as number
      if (Number.isNaN(p)) continue
      sum += p
      count += 1
    }
    if (count > 0) values[i] = sum / count
    else status[i] = statusCode('empty')
  }
  return { values, status }
}

/** One number per row from the first-token probabilities, for tables and filters. */
export const tokenProbability = defineMetric({
  kind: 'derived',
  id: 'token_probability',
  version: 1,
  label: 'Token probability',
  description: 'How sure the evolver is of the beginning of its rewriting, as one number per row.',
  formula: 'first: p_1;   mean: mean of p_1 .. p_k over the tokens generated',
  source: 'arXiv 2412.11231, token-probability figure (which pools all positions)',
  from: 'first_token_probability',
  reads: ['p'],
  variants: [
    variant(
      'first',
      'p(first token)',
      "Probability of the first token of the evolver's greedy reply.",
    ),
    variant('mean', 'mean p(first tokens)', 'Mean probability of the first k tokens of the reply.'),
  ],
  derive,
  examples: [
    {
      name: 'a full and a short reply',
      run() {
        const values = Float64Array.of(0.5, 0.25, 0.75, 0.4, NaN, NaN)
        const columns = { p: { values, status: Uint8Array.of(1, 1) } }
        const first = derive(columns, 'first', 2).values
        const mean = derive(columns, 'mean', 2).values
        return {
          a: first[0] as number,
          b: first[1] as number,
          c: mean[0] as number,
          d: mean[1] as number,
        }
      },
      expected: { a: 0.5, b: 0.4, c: 0.5, d: 0.4 },
    },
  ],
})
