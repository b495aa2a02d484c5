import { meanLossMetric } from './token-loss/metric'
import { responseLoss, READS } from './token-loss/read'

/** Loss of the response alone. */
export const responseLossMetric = meanLossMetric({
  id: 'response_loss',
  label: 'L(y)',
  description: 'How surprising the response is to the scoring model without the instruction.',
  formula: 'L(y) = mean nll over the tokens of y alone',
  reads: READS.response,
  modes: ['strict', 'reference'],
  text: 'Mean loss per token of the response alone, in nats.',
  read: responseLoss,
  directionMeans: 'Harder to predict without the instruction.',
  expected: {
    strict: [1.6, 2.5, 1.6, 1.6, 'one_token_response'],
    reference: [1.6, 2.5, 1.6, 1.6, 'one_token_response'],
  },
})
