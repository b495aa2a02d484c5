import { lossMetric, ratioVariants } from './token-loss/metric'
import { rowIfd } from './token-loss/ratios'
import { READS } from './token-loss/read'

const variant = ratioVariants(rowIfd, {
  loss: { text: 'Ratio of mean losses.', unit: '' },
  ppl: { text: 'Ratio of perplexities.', unit: '' },
})

/** Instruction-following difficulty of a row's response under its instruction. */
export const ifd = lossMetric({
  id: 'ifd',
  label: 'IFD',
  description: 'How much the instruction helps the scoring model to predict the response.',
  formula: 'IFD = L(y|x) / L(y);   ppl variants: exp(L(y|x) - L(y))',
  source:
    'Li et al. 2023 (Cherry LLM), equation of the IFD score; Superfiltering for the ppl ratio',
  reads: READS.all,
  directionMeans:
    'Harder: the instruction helps less. From 1 on it does not help; near 0 it gives the answer away.',
  variants: {
    strict: variant('IFD', 'strict', 'loss'),
    reference: variant('IFD (reference)', 'reference', 'loss'),
    'strict-ppl': variant('IFD ppl', 'strict', 'ppl'),
    'reference-ppl': variant('IFD ppl (reference)', 'reference', 'ppl'),
    superfiltering: variant('IFD ppl (Superfiltering)', 'superfiltering', 'ppl'),
  },
  expected: {
    strict: [0.625, 0.8, 0.625, 0.625, 'one_token_response'],
    reference: [0.9375, 0.6, 1.25, 1, 'one_token_response'],
    'strict-ppl': [0.548811636094, 0.606530659713, 0.548811636094, 0.548811636094],
    'reference-ppl': [0.904837418036, 0.367879441171, 1.491824697641, 1],
    superfiltering: [1.491824697641, 0.606530659713, null, null, 'one_token_response'],
  },
})
