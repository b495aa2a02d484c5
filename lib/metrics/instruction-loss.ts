import { workedExample } from './token-loss/examples'
import type { LossMode } from './token-loss/read'
import { instructionLoss, deriveRows, READS } from './token-loss/read'
import { lossVariant } from './token-loss/variants'
import { CASE_A, CASE_B, CASE_C, CASE_D } from './token-loss/worked'
import type { DerivedMetric } from './types'
import { defineMetric } from './types'

const MODES: readonly LossMode[] = ['strict', 'reference']

const derive: DerivedMetric['derive'] = (columns, variant, n) => {
  const mode = MODES.find((candidate) => candidate === variant) ?? 'strict'
  return deriveRows(columns, n, (all, i) => instructionLoss(all, i, mode))
}

/** Loss of the instruction. */
export const instructionLossMetric = defineMetric({
  kind: 'derived',
  id: 'instruction_loss',
  version: 1,
  label: 'L(x)',
  description: 'How surprising the instruction is to the scoring model.',
  formula: 'L(x) = mean nll over the tokens of x in the joint text',
  source: 'arXiv 2412.11231, loss script',
  from: 'loss',
  reads: READS.instruction,
  variants: MODES.map((mode) =>
    lossVariant(mode, mode === 'strict' ? 'L(x)' : `L(x) (${mode})`, mode, {
      key: 'instruction_loss',
      unit: 'nat',
      direction: 'higher',
      directionMeans: 'More surprising: rarer or less fluent wording.',
      description: 'Mean loss per token of the instruction, in nats.',
    }),
  ),
  derive,
  examples: [
    workedExample(CASE_A, derive, { strict: 1.25, reference: 2 }),
    workedExample(CASE_B, derive, { strict: 2.166666666667, reference: 3 }),
    workedExample(CASE_C, derive, { strict: 1.2, reference: 1.2 }),
    workedExample(CASE_D, derive, { strict: 1, reference: 1.2 }),
  ],
})
