import { z } from 'zod'
import { exampleRow, stubScores, stubTools } from './example-tools'
import { planChatRows } from './token-loss/chat-passes'
import { LOSS_RUN, PASS_OUTPUTS } from './token-loss/outputs'
import { lossRows } from './token-loss/planned'
import type { MetricRow, MetricTools, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'chat_loss'

// A model whose template is: user x0 x1 end assistant y0 y1.
const [USER, END, ASSISTANT] = [1, 2, 3]
const WORDS: Record<string, number[]> = { x: [10, 11], y: [30, 31] }
/** Sums of a row of two tokens each under that template, with known losses. */
export const CHAT_SUMS = {
  jx0: 4,
  jxSum: 2,
  jxN: 1,
  jnN: 0,
  jy0: 3,
  jySum: 1,
  jyN: 1,
  ay0: 3.5,
  aySum: 1.5,
  ayN: 1,
  anchored: 1,
}
const EXAMPLE = stubTools({
  tokenize: async (texts) => texts.map((text) => Int32Array.from(WORDS[text] ?? [])),
  chatIds: async (conversations, open) =>
    conversations.map(([message]) => {
      const words = WORDS[message?.content ?? ''] ?? []
      return Int32Array.from([USER, ...words, END, ...(open ? [ASSISTANT] : [])])
    }),
  scoreTokens: stubScores((ids) => (ids[0] === USER ? [4, 2, 0.5, 0.25, 3, 1] : [3.5, 1.5])),
})

function computeBatch(
  rows: readonly MetricRow[],
  _: unknown,
  tools: MetricTools,
): Promise<RowResult[]> {
  return lossRows(ID, rows, tools, (askable) => planChatRows(askable, tools))
}

/** Token losses under the scoring model's own chat template: a labelled variant of the strict mode, not its default. */
export const chatLoss = defineMetric({
  ...LOSS_RUN,
  id: ID,
  version: 1,
  label: 'Token losses (chat template)',
  description:
    "The strict token losses with the instruction as a user message in the scoring model's own chat template; of a chat, the last user and assistant pair without the turns before it.",
  formula:
    'joint = template(x) + y, alone = reply header of the template + y, as ids; the same tokens of y are scored in both',
  source:
    'This product’s definition, after the strict mode and the header of Cherry LLM; not in the paper',
  params: z.object({}),
  outputs: PASS_OUTPUTS,
  // A labelled variant: nobody misses it who did not ask for it.
  onDemand: true,
  computeBatch,
  examples: [
    {
      name: 'a row of known tokens in a template',
      async run() {
        const [result] = await computeBatch(
          [exampleRow({ instruction: 'x', response: 'y' })],
          {},
          EXAMPLE,
        )
        return result?.values as Record<string, number | null>
      },
      expected: CHAT_SUMS,
    },
  ],
})
