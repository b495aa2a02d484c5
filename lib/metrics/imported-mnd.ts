import { importedExample } from './imported/example'
import { importedMetric } from './imported/metric'

/** Neighbour distances that came with a file; whether the definition is ours is not known. */
export const importedMnd = importedMetric({
  id: 'imported_mnd',
  label: 'MND (imported)',
  description: 'Neighbour distance as another tool wrote it beside the rows.',
  formula: 'not known; the script of arXiv 2412.11231 writes min over j != i of |e_i - e_j|^2',
  source: 'min_neighbor_distance and repeat_count of the imported file',
  examples: [
    importedExample('reads numbers and the mark for no neighbour', 'min_neighbor_distance', {
      plain: { raw: 0.25, expected: 0.25 },
      text: { raw: '0.5', expected: 0.5 },
      zero: { raw: 0, expected: 0 },
      none: { raw: 3.4028234663852886e38, expected: 'n_too_small' },
      nan: { raw: null, wasNonfinite: true, expected: 'nonfinite' },
      absent: { raw: undefined, expected: 'not_run' },
      words: { raw: 'far', expected: 'unparsed' },
    }),
  ],
})
