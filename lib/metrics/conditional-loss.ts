import { workedExample } from './token-loss/examples'
import type { LossMode } from './token-loss/read'
import { conditionalLoss, deriveRows, READS } from './token-loss/read'
import { lossVariant } from './token-loss/variants'
import { CASE_A, CASE_B, CASE_C, CASE_C_ONE_TOKEN, CASE_D } from './token-loss/worked'
import type { DerivedMetric } from './types'
import { defineMetric } from './types'

const MODES: readonly LossMode[] = ['strict', 'reference', 'superfiltering']

const derive: DerivedMetric['derive'] = (columns, variant, n) => {
  const mode = MODES.find((candidate) => candidate === variant) ?? 'strict'
  return deriveRows(columns, n, (all, i) => conditionalLoss(all, i, mode))
}

/** Loss of the response given the instruction. */
export const conditionalLossMetric = defineMetric({
  kind: 'derived',
  id: 'conditional_loss',
  version: 1,
  label: 'L(y|x)',
  description: 'How surprising the response is to the scoring model after reading the instruction.',
  formula: 'L(y|x) = mean nll over the tokens of y in the joint text',
  source: 'arXiv 2412.11231, loss script',
  from: 'loss',
  reads: READS.conditional,
  variants: MODES.map((mode) =>
    lossVariant(mode, mode === 'strict' ? 'L(y|x)' : `L(y|x) (${mode})`, mode, {
      key: 'conditional_loss',
      unit: 'nat',
      direction: 'higher',
      directionMeans: 'Harder to predict with the instruction at hand.',
      description: 'Mean loss per token of the response after the instruction, in nats.',
    }),
  ),
  derive,
  examples: [
    workedExample(CASE_A, derive, { strict: 1, reference: 1.5, superfiltering: 2 }),
    workedExample(CASE_B, derive, { strict: 2, reference: 1.5, superfiltering: 2 }),
    workedExample(CASE_C, derive, { strict: 1, reference: 2 }),
    workedExample(CASE_D, derive, { strict: 1, reference: 1.6 }),
    workedExample(CASE_C_ONE_TOKEN, derive, { strict: 'one_token_response', reference: 3 }),
  ],
})
