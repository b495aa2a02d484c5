import { exampleRow, stubScores, stubTools } from './example-tools'
import { CUT_OUTPUTS } from './token-loss/cut-passes'
import { cutRows } from './token-loss/cut-rows'
import type { CherryParams } from './token-loss/cherry-template'
import { cherryParams, cherryPrompts, cherryTexts } from './token-loss/cherry-template'
import { LOSS_RUN } from './token-loss/outputs'
import type { MetricRow, MetricTools, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'cherry_loss'

// What the published script leaves the second pass more, for its header.
const HEADER_TOKENS = 4

function computeBatch(
  rows: readonly MetricRow[],
  params: CherryParams,
  tools: MetricTools,
): Promise<RowResult[]> {
  const { maxTokens } = params
  const mode = {
    metric: ID,
    texts: (row: MetricRow) => cherryTexts(row, params),
    rule: { maxTokens, spare: HEADER_TOKENS, skips: true },
  }
  return cutRows(rows, mode, tools)
}

/** Token losses of the cherry mode: other texts than the strict mode, cut to a length, hence a run of its own. */
export const cherryLoss = defineMetric<CherryParams>({
  ...LOSS_RUN,
  id: ID,
  version: 1,
  label: 'Token losses (Cherry)',
  description:
    'Sums of the negative log-probabilities of the response after a templated instruction and after the response header alone, cut as in Cherry LLM; of a chat, the last user and assistant pair.',
  formula:
    'joint = tok(template(x) + y) cut at max, scored from len(tok(template(x))) on;   direct = tok(H + y) cut at max - len(tok(template(x))) + 4, scored from len(tok(H)) on',
  source: 'Li et al. 2023 (Cherry LLM), analysis script; own wording of the template',
  params: cherryParams,
  outputs: CUT_OUTPUTS,
  // A mode for comparison with its paper: nobody misses it who did not ask for it.
  onDemand: true,
  prompts: cherryPrompts,
  computeBatch,
  examples: [
    {
      name: 'a row of known tokens',
      async run() {
        const params = cherryParams.parse({})
        const row = exampleRow({ instruction: 'x', response: 'y' })
        const { before, header } = cherryTexts(row, params)
        const ids: Record<string, number[]> = {
          [before]: [1, 2, 3],
          [header]: [3],
          [`${before}y`]: [1, 2, 3, 30, 31],
          [`${header}y`]: [3, 30, 31],
        }
        const nll: Record<number, number[]> = { 5: [9, 9, 3, 1], 3: [2.75, 1.5] }
        const tools = stubTools({
          tokenize: async (texts) => texts.map((text) => Int32Array.from(ids[text] ?? [])),
          scoreTokens: stubScores((one) => nll[one.length] ?? []),
        })
        const [result] = await computeBatch([row], params, tools)
        return result?.values as Record<string, number | null>
      },
      expected: { cySum: 4, cyN: 2, dySum: 4.25, dyN: 2, cut: 0 },
    },
  ],
})
