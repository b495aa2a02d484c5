import { workedExample } from './token-loss/examples'
import { rowIfd } from './token-loss/ratios'
import type { RatioForm } from './token-loss/ratios'
import type { LossMode } from './token-loss/read'
import { deriveRows, READS } from './token-loss/read'
import { lossVariant } from './token-loss/variants'
import { CASE_A, CASE_B, CASE_C, CASE_C_ONE_TOKEN, CASE_D } from './token-loss/worked'
import type { DerivedMetric } from './types'
import { defineMetric } from './types'

const VARIANTS: Record<string, { label: string; mode: LossMode; form: RatioForm }> = {
  strict: { label: 'IFD', mode: 'strict', form: 'loss' },
  reference: { label: 'IFD (reference)', mode: 'reference', form: 'loss' },
  'strict-ppl': { label: 'IFD ppl', mode: 'strict', form: 'ppl' },
  'reference-ppl': { label: 'IFD ppl (reference)', mode: 'reference', form: 'ppl' },
  superfiltering: { label: 'IFD ppl (Superfiltering)', mode: 'superfiltering', form: 'ppl' },
}

const FORM_TEXT: Record<RatioForm, string> = {
  loss: 'Ratio of mean losses.',
  ppl: 'Ratio of perplexities.',
}

const derive: DerivedMetric['derive'] = (columns, variant, n) => {
  const { mode, form } = VARIANTS[variant] ?? (VARIANTS['strict'] as (typeof VARIANTS)[string])
  return deriveRows(columns, n, (all, i) => rowIfd(all, i, mode, form))
}

/** Instruction-following difficulty of a row's response under its instruction. */
export const ifd = defineMetric({
  kind: 'derived',
  id: 'ifd',
  version: 1,
  label: 'IFD',
  description: 'How much the instruction helps the scoring model to predict the response.',
  formula: 'IFD = L(y|x) / L(y);   ppl variants: exp(L(y|x) - L(y))',
  source:
    'Li et al. 2023 (Cherry LLM), equation of the IFD score; Superfiltering for the ppl ratio',
  from: 'loss',
  reads: READS.all,
  variants: Object.entries(VARIANTS).map(([key, { label, mode, form }]) =>
    lossVariant(key, label, mode, {
      key: 'ifd',
      unit: '',
      direction: 'higher',
      directionMeans:
        'Harder: the instruction helps less. From 1 on it does not help; near 0 it gives the answer away.',
      description: FORM_TEXT[form],
    }),
  ),
  derive,
  examples: [
    workedExample(CASE_A, derive, {
      strict: 0.625,
      reference: 0.9375,
      'strict-ppl': 0.548811636094,
      'reference-ppl': 0.904837418036,
      superfiltering: 1.491824697641,
    }),
    workedExample(CASE_B, derive, {
      strict: 0.8,
      reference: 0.6,
      'strict-ppl': 0.606530659713,
      'reference-ppl': 0.367879441171,
      superfiltering: 0.606530659713,
    }),
    workedExample(CASE_C, derive, {
      strict: 0.625,
      reference: 1.25,
      'strict-ppl': 0.548811636094,
      'reference-ppl': 1.491824697641,
    }),
    workedExample(CASE_D, derive, {
      strict: 0.625,
      reference: 1,
      'strict-ppl': 0.548811636094,
      'reference-ppl': 1,
    }),
    workedExample(CASE_C_ONE_TOKEN, derive, {
      strict: 'one_token_response',
      reference: 'one_token_response',
      superfiltering: 'one_token_response',
    }),
  ],
})
