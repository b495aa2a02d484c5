import { levelsOf } from '@/lib/contracts/values-file'
import { importedMetric } from './imported/metric'
import { seriesParams } from './imported/series'

const LEVELS = ['very easy', 'easy', 'medium', 'hard', 'very hard'] as const

/** Counts of difficulty levels that came as a summary. */
export const importedLevel = importedMetric({
  id: 'imported_level',
  label: 'Difficulty levels (imported counts)',
  description:
    'How many rows of a file have each difficulty level, as the script of the study wrote it.',
  formula: 'counts in the file; rows in no count have no level',
  source: 'counts of very easy to very hard of a summary; judge model and prompt are not known',
  params: seriesParams,
  outputs: [
    {
      key: 'pool',
      label: 'counted levels',
      shape: 'enum',
      dtype: 'f64',
      levels: LEVELS,
      unit: '',
      range: [1, 5],
      direction: 'higher',
      directionMeans: 'Harder.',
      description: 'Levels of all rows. Which row has which is not known.',
      hidden: true,
      isPool: true,
    },
  ],
  examples: [
    {
      name: 'counts as levels, the lowest first',
      run: () => ({ levels: levelsOf([2, 0, 1]).join(' ') }),
      expected: { levels: '1 1 3' },
    },
  ],
})
