import { z } from 'zod'
import { LOSS_OUTPUTS, LOSS_RUN } from './token-loss/outputs'
import { planPasses } from './token-loss/passes'
import { lossRows } from './token-loss/planned'
import { rowTexts, tokenizeRows } from './token-loss/tokenize'
import { CASE_A, CASE_B } from './token-loss/worked'
import { exampleRow, stubScores, stubTools } from './example-tools'
import type { MetricRow, MetricTools, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'loss'

const params = z
  .object({
    anchor: z
      .enum(['auto', 'forced'])
      .default('auto')
      .describe(
        "Token in front of both passes: auto takes the tokenizer's own BOS when it adds one, forced a chosen id.",
      ),
    anchorId: z
      .number()
      .int()
      .min(0)
      .nullable()
      .default(null)
      .describe('Token id of a forced anchor, for example a document separator.'),
  })
  .refine((value) => value.anchor === 'auto' || value.anchorId !== null, {
    message: 'A forced anchor needs its token id.',
    path: ['anchorId'],
  })

type Params = z.infer<typeof params>

function computeBatch(
  rows: readonly MetricRow[],
  { anchor, anchorId }: Params,
  tools: MetricTools,
): Promise<RowResult[]> {
  const { bosId } = tools.identity
  const anchorOf = anchor === 'auto' ? bosId : anchorId
  return lossRows(ID, rows, tools, async (askable) =>
    (await tokenizeRows(askable, tools)).map(({ row, tokens, message }) => {
      if (tokens === null) return { row, passes: null, ...(message && { message }) }
      return { row, passes: planPasses(tokens, bosId, anchorOf, rowTexts(row).y !== '') }
    }),
  )
}

/** Token losses of instruction and response: the sums from which every IFD variant is derived. */
export const loss = defineMetric({
  ...LOSS_RUN,
  id: ID,
  version: 2,
  label: 'Token losses',
  description:
    'Sums of the negative log-probabilities of instruction and response, together and apart, under a scoring model; of a chat, the last user and assistant pair without the turns before it.',
  formula:
    'nll_i = -ln p(t_i | t_0 .. t_(i-1)), summed over the spans of x, the joining newline and y',
  source: 'arXiv 2412.11231, loss script; strict spans are this product’s definition',
  params,
  outputs: LOSS_OUTPUTS,
  computeBatch,
  examples: [
    {
      name: 'two rows of known tokens, no anchor',
      run: () => exampleSums(CASE_A, [2, 0.5, 3, 1], [1.5]),
      expected: {
        jxSum: 2,
        jxN: 1,
        jnSum: 0.5,
        jnN: 1,
        jy0: 3,
        jySum: 1,
        ay0: null,
        aySum: 1.5,
        tySum: 4.5,
      },
    },
    {
      name: 'the same behind a BOS',
      run: () => exampleSums(CASE_B, [4, 2, 0.5, 3, 1], [3.5, 1.5]),
      expected: {
        jx0: 4,
        jxSum: 2,
        jnSum: 0.5,
        jy0: 3,
        jySum: 1,
        ay0: 3.5,
        aySum: 1.5,
        tySum: 4.5,
        txSum: 6,
      },
    },
  ],
})

/** Float32 scores hold these halves exactly, so the sums are exact too. */
async function exampleSums(
  { bosId, tokens }: typeof CASE_A,
  jointNll: number[],
  aloneNll: number[],
): Promise<Record<string, number | null>> {
  const bos = bosId === null ? [] : [bosId]
  const texts: Record<string, Int32Array> = {
    x: tokens.x,
    'x\n': tokens.xn,
    y: tokens.y,
    'x\ny': tokens.joined,
    'a b': Int32Array.from([...bos, 40, 41]),
  }
  const joined = tokens.joined.join()
  const tools = stubTools({
    identity: { bosId },
    tokenize: async (asked, addSpecial) =>
      asked.map((text) => (texts[text] ?? new Int32Array(0)).slice(addSpecial ? 0 : bos.length)),
    scoreTokens: stubScores((ids) => (ids.join() === joined ? jointNll : aloneNll)),
  })
  const row = exampleRow({ instruction: 'x', response: 'y' })
  const [result] = await computeBatch([row], params.parse({}), tools)
  return (result as RowResult).values as Record<string, number | null>
}
