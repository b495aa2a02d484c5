import { z } from 'zod'
import { planChatRows } from './token-loss/chat-passes'
import { chatExample } from './token-loss/chat-example'
import { PASS_OUTPUTS } from './token-loss/outputs'
import { lossRows } from './token-loss/planned'
import type { MetricRow, MetricTools, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'chat_loss'

function computeBatch(
  rows: readonly MetricRow[],
  _: unknown,
  tools: MetricTools,
): Promise<RowResult[]> {
  return lossRows(ID, rows, tools, (askable) => planChatRows(askable, tools))
}

/** Token losses under the scorer's own chat template: a labelled variant of the strict mode, not its default. */
export const chatLoss = defineMetric({
  kind: 'measured',
  scope: 'row',
  id: ID,
  version: 1,
  label: 'Token losses (chat template)',
  description:
    "The strict token losses with the instruction as a user message in the scoring model's own chat template; of a chat, the last user and assistant pair without the turns before it.",
  formula:
    'joint = template(x) + y, alone = reply header of the template + y, as ids; the same tokens of y are scored in both',
  source:
    'This product’s definition, after the strict mode and the header of Cherry LLM; not in the paper',
  needs: ['promptLogprobs', 'tokenize'],
  inputs: { response: true, parent: false },
  params: z.object({}),
  outputs: PASS_OUTPUTS,
  // A labelled variant: nobody misses it who did not ask for it.
  onDemand: true,
  prompts: () => [],
  // As the plain losses: two sequences a row fill a backend's token batch.
  batchRows: 32,
  computeBatch,
  examples: [chatExample(computeBatch)],
})
