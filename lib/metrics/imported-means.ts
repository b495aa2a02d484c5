import type { SetOutput } from '@/lib/contracts/measure'
import { wholeValueOf } from '@/lib/contracts/values-file'
import { importedMetric } from './imported/metric'
import { seriesParams } from './imported/series'
import { COUNTED } from './sets/define'

function importedMean(id: string, what: string, source: string, outputs: readonly SetOutput[]) {
  return importedMetric({
    id,
    label: `${what} (imported summary)`,
    description: `${what} of whole files as the script of the study wrote it; values of rows are not known.`,
    formula: 'the number in the file',
    source,
    params: seriesParams,
    outputs: [COUNTED],
    // Never computed here.
    set: { outputs, numbers: async () => ({}) },
    examples: [
      {
        name: 'a number, and what Python writes as NaN',
        run: () => ({ mean: wholeValueOf(0.5).whole, none: wholeValueOf(null).wholeReason }),
        expected: { mean: 0.5, none: 'nonfinite' },
      },
    ],
  })
}

function mean(key: string, label: string, directionMeans: string): SetOutput {
  const description = 'Mean over the rows of a file, as imported; the model is not known.'
  return { key, label, unit: '', direction: 'higher', directionMeans, description }
}

/** Mean IFD and IC-IFD of whole files. */
export const importedMeanIfd = importedMean(
  'imported_mean_ifd',
  'Mean IFD and IC-IFD',
  'ifd_score and ifdx_score of a summary',
  [
    mean('ifd', 'Mean IFD, imported', 'Harder: the instruction helps less.'),
    mean('ic_ifd', 'Mean IC-IFD, imported', 'Harder for the length of the instruction.'),
  ],
)

/** Mean complexity of whole files. */
export const importedMeanComplexity = importedMean(
  'imported_mean_complexity',
  'Mean complexity',
  'average_score of a summary',
  [mean('complexity', 'Mean complexity, imported', 'More complex.')],
)

/** Mean reward of whole files. */
export const importedMeanReward = importedMean(
  'imported_mean_reward',
  'Mean reward',
  'scores of a summary',
  [mean('reward', 'Mean reward, imported', 'Preferred by the reward model.')],
)
