import { importedExample } from './imported/example'
import { importedMetric } from './imported/metric'
import type { OutputSpec } from './types'

const shared = { shape: 'scalar', dtype: 'f64', unit: '' } as const

function perplexity(key: string, label: string, what: string): OutputSpec {
  return {
    ...shared,
    key,
    label,
    direction: 'higher',
    directionMeans: 'More surprising to the scoring model.',
    description: `Perplexity of the answer ${what}, as imported; the model is not known.`,
  }
}

/** Superfiltering scores that came with a file. */
export const importedIfd = importedMetric({
  id: 'imported_ifd',
  label: 'IFD (imported)',
  description: 'Instruction-following difficulty as another tool wrote it beside the rows.',
  formula: 'not known; Superfiltering writes ppl(y|x) / ppl(y)',
  source: 'ifd_ppl, ppl_A_direct and ppl_A_condition of the imported file; 0 marks a failed row',
  outputs: [
    {
      ...shared,
      key: 'ifd_ppl',
      label: 'IFD ppl imported',
      direction: 'higher',
      directionMeans: 'Harder: the instruction helps less. From 1 on it does not help.',
      description: 'Ratio of perplexities, as imported; the model is not known.',
    },
    perplexity('ppl_alone', 'ppl alone imported', 'alone'),
    perplexity('ppl_conditioned', 'ppl given x imported', 'conditional on the instruction'),
  ],
  examples: [
    importedExample('reads numbers, failures and empty answers', 'ifd_ppl', {
      plain: { raw: 0.8, expected: 0.8 },
      failed: { raw: 0, expected: 'error' },
      short: { raw: null, wasNonfinite: true, expected: 'one_token_response' },
      empty: { raw: null, wasNonfinite: true, hasResponse: false, expected: 'no_response' },
      word: { raw: 'NaN', expected: 'one_token_response' },
      absent: { raw: undefined, expected: 'not_run' },
    }),
  ],
})
