import { meanLossMetric } from './token-loss/metric'
import { conditionalLoss, READS } from './token-loss/read'

/** Loss of the response given the instruction. */
export const conditionalLossMetric = meanLossMetric({
  id: 'conditional_loss',
  label: 'L(y|x)',
  description: 'How surprising the response is to the scoring model after reading the instruction.',
  formula: 'L(y|x) = mean nll over the tokens of y in the joint text',
  reads: READS.conditional,
  modes: ['strict', 'reference', 'superfiltering'],
  text: 'Mean loss per token of the response after the instruction, in nats.',
  read: conditionalLoss,
  directionMeans: 'Harder to predict with the instruction at hand.',
  expected: {
    strict: [1, 2, 1, 1, 'one_token_response'],
    reference: [1.5, 1.5, 2, 1.6, 3],
    superfiltering: [2, 2],
  },
})
