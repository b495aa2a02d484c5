import { defineRecogniser } from '../types'
import type { JsonObject } from '../types'

const SUMMARY_KEYS = [
  ['ifd_score', 'ifdx_score', 'dataset'],
  ['very easy', 'easy', 'medium', 'hard', 'very hard', 'dataset'],
  ['dataset', 'average_score'],
  ['dataset', 'scores'],
]

/** Data-set-level result files: means and counts, one object per run. */
export const resultSummary = defineRecogniser({
  id: 'result-summary',
  matches: (head) => head.objects.length > 0 && head.objects.every(isSummary),
  message:
    'This is a summary of results for whole data sets (means or counts), it has no rows. Import the row file; the metrics are computed here.',
})

function isSummary(value: JsonObject): boolean {
  const keys = Object.keys(value)
  return SUMMARY_KEYS.some(
    (known) => known.length === keys.length && known.every((key) => keys.includes(key)),
  )
}
