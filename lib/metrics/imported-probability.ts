import { POOLED_TOKENS, probabilityOf } from '@/lib/contracts/values-file'
import { importedMetric } from './imported/metric'
import { seriesParams } from './imported/series'
import type { OutputSpec } from './types'

const SHAPE: Omit<OutputSpec, 'key' | 'label' | 'description'> = {
  shape: 'vector',
  dtype: 'f64',
  length: POOLED_TOKENS,
  unit: '',
  range: [0, 1],
  direction: 'higher',
  directionMeans: 'The evolver is surer of how its rewriting begins.',
}

/** First-token probabilities that came in a file of their own. */
export const importedProbability = importedMetric({
  id: 'imported_probability',
  label: 'First-token probabilities (imported)',
  description:
    'Probabilities of the first tokens of replies as the script of the study wrote them.',
  formula: 'p = exp(log-probability in the file)',
  source:
    'a file of {token: log-probability}, at most five a row; prompt and temperature are not known',
  params: seriesParams,
  outputs: [
    {
      ...SHAPE,
      key: 'p',
      label: 'first-token probability imported',
      description:
        'Probabilities of the first five tokens of the row, where the file has five for each row.',
    },
    {
      ...SHAPE,
      key: 'pool',
      label: 'pooled first-token probabilities',
      description: 'All probabilities of the file. Which row each belongs to is not known.',
      hidden: true,
      isPool: true,
    },
  ],
  examples: [
    {
      name: 'certain, as likely as not, and clamped',
      run: () => ({
        certain: probabilityOf(0),
        half: probabilityOf(-0.6931471805599453),
        clamped: Number.isNaN(probabilityOf(-9999)) ? null : 0,
      }),
      expected: { certain: 1, half: 0.5, clamped: null },
    },
  ],
})
