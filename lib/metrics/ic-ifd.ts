import { workedExample } from './token-loss/examples'
import { rowIcIfd } from './token-loss/ratios'
import type { RatioForm } from './token-loss/ratios'
import type { LossMode } from './token-loss/read'
import { deriveRows, READS } from './token-loss/read'
import { lossVariant } from './token-loss/variants'
import { CASE_A, CASE_B, CASE_C, CASE_C_ONE_TOKEN, CASE_D } from './token-loss/worked'
import type { DerivedMetric } from './types'
import { defineMetric } from './types'

const VARIANTS: Record<string, { label: string; mode: LossMode; form: RatioForm }> = {
  strict: { label: 'IC-IFD', mode: 'strict', form: 'loss' },
  reference: { label: 'IC-IFD (reference)', mode: 'reference', form: 'loss' },
  'strict-ppl': { label: 'IC-IFD ppl', mode: 'strict', form: 'ppl' },
  'reference-ppl': { label: 'IC-IFD ppl (reference)', mode: 'reference', form: 'ppl' },
}

const FORM: Record<RatioForm, { text: string; unit: string }> = {
  loss: {
    text: "IFD divided by the instruction's loss, as the paper's code and equation.",
    unit: '1/nat',
  },
  ppl: { text: "IFD divided by the instruction's perplexity, as the paper's wording.", unit: '' },
}

const derive: DerivedMetric['derive'] = (columns, variant, n) => {
  const { mode, form } = VARIANTS[variant] ?? (VARIANTS['strict'] as (typeof VARIANTS)[string])
  return deriveRows(columns, n, (all, i) => rowIcIfd(all, i, mode, form))
}

/** Instruction-complex-aware IFD. */
export const icIfd = defineMetric({
  kind: 'derived',
  id: 'ic_ifd',
  version: 1,
  label: 'IC-IFD',
  description: 'IFD related to how surprising the instruction itself is to the scoring model.',
  formula: 'IC-IFD = L(y|x) / ( L(x) * L(y) );   ppl variants: L(y|x) / ( exp(L(x)) * L(y) )',
  source: 'arXiv 2412.11231, equation 2, and its loss script',
  from: 'loss',
  reads: READS.all,
  variants: Object.entries(VARIANTS).map(([key, { label, mode, form }]) =>
    lossVariant(key, label, mode, {
      key: 'ic_ifd',
      unit: FORM[form].unit,
      direction: 'higher',
      directionMeans:
        'The response is hard although the instruction is plain. Depends on the tokenizer: never compare across scoring models.',
      description: FORM[form].text,
    }),
  ),
  derive,
  examples: [
    workedExample(CASE_A, derive, {
      strict: 0.5,
      reference: 0.46875,
      'strict-ppl': 0.179065498038,
      'reference-ppl': 0.126876828034,
    }),
    workedExample(CASE_B, derive, {
      strict: 0.369230769231,
      reference: 0.2,
      'strict-ppl': 0.091647075194,
      'reference-ppl': 0.029872241021,
    }),
    workedExample(CASE_C, derive, {
      strict: 0.520833333333,
      reference: 1.041666666667,
      'strict-ppl': 0.188246382445,
      'reference-ppl': 0.37649276489,
    }),
    workedExample(CASE_D, derive, {
      strict: 0.625,
      reference: 0.833333333333,
      'strict-ppl': 0.229924650732,
      'reference-ppl': 0.301194211912,
    }),
    workedExample(CASE_C_ONE_TOKEN, derive, {
      strict: 'one_token_response',
      reference: 'one_token_response',
    }),
  ],
})
