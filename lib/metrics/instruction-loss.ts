import { meanLossMetric } from './token-loss/metric'
import { instructionLoss, READS } from './token-loss/read'

/** Loss of the instruction. */
export const instructionLossMetric = meanLossMetric({
  id: 'instruction_loss',
  label: 'L(x)',
  description: 'How surprising the instruction is to the scoring model.',
  formula: 'L(x) = mean nll over the tokens of x in the joint text',
  reads: READS.instruction,
  modes: ['strict', 'reference'],
  text: 'Mean loss per token of the instruction, in nats.',
  read: instructionLoss,
  directionMeans: 'More surprising: rarer or less fluent wording.',
  expected: {
    strict: [1.25, 2.166666666667, 1.2, 1],
    reference: [2, 3, 1.2, 1.2],
  },
})
