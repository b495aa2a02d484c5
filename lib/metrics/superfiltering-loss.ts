import { z } from 'zod'
import { whole } from './params'
import { exampleRow, stubScores, stubTools } from './example-tools'
import { CUT_OUTPUTS } from './token-loss/cut-passes'
import { cutRows } from './token-loss/cut-rows'
import { LOSS_RUN } from './token-loss/outputs'
import { instructionText } from './token-loss/passes'
import type { MetricRow, MetricTools, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'superfiltering_loss'
// The context of GPT-2, the scoring model of the published script.
const GPT2_TOKENS = 1_024

const params = z.object({
  maxTokens: whole(
    { min: 32, max: 32_768, preset: GPT2_TOKENS },
    'Tokens after which the text is cut; 1024 in the published script.',
  ),
})

type Params = z.output<typeof params>

function computeBatch(
  rows: readonly MetricRow[],
  { maxTokens }: Params,
  tools: MetricTools,
): Promise<RowResult[]> {
  const texts = (row: MetricRow) => {
    const before = `${instructionText(row)}\n`
    return { before, header: '', counted: before, y: row.response ?? '' }
  }
  // The script gives the second pass one token more.
  return cutRows(rows, { metric: ID, texts, rule: { maxTokens, spare: 1, skips: false } }, tools)
}

/** Token losses of Superfiltering with its truncation; rows that are not cut equal the plain token losses. */
export const superfilteringLoss = defineMetric<Params>({
  ...LOSS_RUN,
  id: ID,
  version: 1,
  label: 'Token losses (Superfiltering, cut)',
  description:
    'Sums of the negative log-probabilities of the response after the instruction and alone, cut as in Superfiltering; of a chat, the last user and assistant pair.',
  formula:
    'joint = tok(x + newline + y) cut at max, scored from len(tok(x + newline)) on;   alone = tok(y) cut at max - len(tok(x + newline)) + 1, scored from its second token on',
  source: 'Li et al. 2024 (Superfiltering), data analysis script',
  params,
  outputs: CUT_OUTPUTS,
  // Only rows longer than the limit differ from the plain token losses, which serve the mode otherwise.
  onDemand: true,
  computeBatch,
  examples: [
    {
      name: 'a row that is cut',
      async run() {
        // x and its newline have 20 tokens, y has 20; 32 are kept, and 32 - 20 + 1 of y alone.
        const row = exampleRow({ instruction: 'x'.repeat(19), response: 'y'.repeat(20) })
        const tools = stubTools({
          tokenize: async (all) => all.map((text) => Int32Array.from(text, (c) => c.charCodeAt(0))),
          scoreTokens: stubScores((ids) => Array.from(ids.slice(1), () => 0.5)),
        })
        const [result] = await computeBatch([row], { maxTokens: 32 }, tools)
        return { status: result?.status ?? '', ...(result?.values as Record<string, number>) }
      },
      expected: { status: 'truncated_input', cySum: 6, cyN: 12, dySum: 6, dyN: 12, cut: 15 },
    },
  ],
})
