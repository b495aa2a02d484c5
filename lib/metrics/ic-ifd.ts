import { lossMetric, ratioVariants } from './token-loss/metric'
import { rowIcIfd } from './token-loss/ratios'
import { READS } from './token-loss/read'

const variant = ratioVariants(rowIcIfd, {
  loss: {
    text: "IFD divided by the instruction's loss, as the paper's code and equation.",
    unit: '1/nat',
  },
  ppl: { text: "IFD divided by the instruction's perplexity, as the paper's wording.", unit: '' },
})

/** Instruction-complex-aware IFD. */
export const icIfd = lossMetric({
  id: 'ic_ifd',
  label: 'IC-IFD',
  description: 'IFD related to how surprising the instruction itself is to the scoring model.',
  formula: 'IC-IFD = L(y|x) / ( L(x) * L(y) );   ppl variants: L(y|x) / ( exp(L(x)) * L(y) )',
  source: 'arXiv 2412.11231, equation 2, and its loss script',
  reads: READS.all,
  directionMeans:
    'The response is hard although the instruction is plain. Depends on the tokenizer: never compare across scoring models.',
  variants: {
    strict: variant('IC-IFD', 'strict', 'loss'),
    reference: variant('IC-IFD (reference)', 'reference', 'loss'),
    'strict-ppl': variant('IC-IFD ppl', 'strict', 'ppl'),
    'reference-ppl': variant('IC-IFD ppl (reference)', 'reference', 'ppl'),
  },
  expected: {
    strict: [0.5, 0.369230769231, 0.520833333333, 0.625, 'one_token_response'],
    reference: [0.46875, 0.2, 1.041666666667, 0.833333333333, 'one_token_response'],
    'strict-ppl': [0.179065498038, 0.091647075194, 0.188246382445, 0.229924650732],
    'reference-ppl': [0.126876828034, 0.029872241021, 0.37649276489, 0.301194211912],
  },
})
