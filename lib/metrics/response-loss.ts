import { workedExample } from './token-loss/examples'
import type { LossMode } from './token-loss/read'
import { responseLoss, deriveRows, READS } from './token-loss/read'
import { lossVariant } from './token-loss/variants'
import { CASE_A, CASE_B, CASE_C, CASE_C_ONE_TOKEN, CASE_D } from './token-loss/worked'
import type { DerivedMetric } from './types'
import { defineMetric } from './types'

const MODES: readonly LossMode[] = ['strict', 'reference']

const derive: DerivedMetric['derive'] = (columns, variant, n) => {
  const mode = MODES.find((candidate) => candidate === variant) ?? 'strict'
  return deriveRows(columns, n, (all, i) => responseLoss(all, i, mode))
}

/** Loss of the response alone. */
export const responseLossMetric = defineMetric({
  kind: 'derived',
  id: 'response_loss',
  version: 1,
  label: 'L(y)',
  description: 'How surprising the response is to the scoring model without the instruction.',
  formula: 'L(y) = mean nll over the tokens of y alone',
  source: 'arXiv 2412.11231, loss script',
  from: 'loss',
  reads: READS.response,
  variants: MODES.map((mode) =>
    lossVariant(mode, mode === 'strict' ? 'L(y)' : `L(y) (${mode})`, mode, {
      key: 'response_loss',
      unit: 'nat',
      direction: 'higher',
      directionMeans: 'Harder to predict without the instruction.',
      description: 'Mean loss per token of the response alone, in nats.',
    }),
  ),
  derive,
  examples: [
    workedExample(CASE_A, derive, { strict: 1.6, reference: 1.6 }),
    workedExample(CASE_B, derive, { strict: 2.5, reference: 2.5 }),
    workedExample(CASE_C, derive, { strict: 1.6, reference: 1.6 }),
    workedExample(CASE_D, derive, { strict: 1.6, reference: 1.6 }),
    workedExample(CASE_C_ONE_TOKEN, derive, {
      strict: 'one_token_response',
      reference: 'one_token_response',
    }),
  ],
})
