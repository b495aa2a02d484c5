import { z } from 'zod'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { isRowError, required } from './failures'
import { LOSS_OUTPUTS } from './token-loss/outputs'
import type { LossPasses } from './token-loss/passes'
import { instructionText, planPasses, scorable } from './token-loss/passes'
import { missingRow, sumPasses } from './token-loss/sums'
import { rowTexts, tokenizeRows } from './token-loss/tokenize'
import { CASE_A, CASE_B } from './token-loss/worked'
import { exampleTools } from './token-loss/example-tools'
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

interface Planned {
  row: MetricRow
  passes: LossPasses
  has: { x: boolean; y: boolean }
}

const key = (ids: Int32Array) => ids.join(' ')

/** Returns scores by sequence, each different sequence asked for once. Throws what the backend throws. */
async function scoreAll(
  sequences: readonly Int32Array[],
  tools: MetricTools,
): Promise<Map<string, Float32Array>> {
  const different = [...new Map(sequences.map((ids) => [key(ids), ids])).values()]
  const found = new Map<string, Float32Array>()
  if (different.length === 0) return found
  const scores = await required(tools.scoreTokens, ID, 'promptLogprobs')(different)
  different.forEach((ids, i) => {
    const logprobs = scores[i]
    if (logprobs?.length !== ids.length) {
      throw new AppError('data_error', 'The backend returned another number of scores than tokens.')
    }
    for (let t = 1; t < logprobs.length; t += 1) {
      const value = logprobs[t] as number
      // Minus infinity is a clamped value and has its own status; NaN and plus infinity are faults.
      if (Number.isNaN(value) || value === Infinity) {
        throw new AppError('data_error', `The backend returned no number for token ${t}.`)
      }
    }
    found.set(key(ids), logprobs)
  })
  return found
}

function toResult(planned: Planned, scores: Map<string, Float32Array>): RowResult {
  const { row, passes, has } = planned
  const of = (ids: Int32Array | null) => (ids === null ? null : (scores.get(key(ids)) ?? null))
  return sumPasses(
    row.index,
    passes,
    { joint: of(passes.joint), alone: of(passes.alone), text: of(passes.text) },
    has,
  )
}

/** Scores the rows of a batch together, or one by one when a single request of it is refused. */
async function scoreRows(planned: readonly Planned[], tools: MetricTools): Promise<RowResult[]> {
  try {
    const scores = await scoreAll(
      planned.flatMap(({ passes }) => scorable(passes)),
      tools,
    )
    return planned.map((one) => toResult(one, scores))
  } catch (error) {
    if (!isRowError(error)) throw error
    const [only] = planned
    if (planned.length === 1 && only) {
      return [missingRow(only.row.index, 'error', errorMessage(error))]
    }
    const results: RowResult[] = []
    for (const one of planned) {
      throwIfAborted(tools.signal)
      results.push(...(await scoreRows([one], tools)))
    }
    return results
  }
}

async function computeBatch(
  rows: readonly MetricRow[],
  { anchor, anchorId }: Params,
  tools: MetricTools,
): Promise<RowResult[]> {
  throwIfAborted(tools.signal)
  const { bosId, contextLength } = tools.identity
  const results = new Map<number, RowResult>()
  const askable: MetricRow[] = []
  for (const row of rows) {
    const { x, y } = rowTexts(row)
    if (x !== '' || y !== '') askable.push(row)
    else results.set(row.index, missingRow(row.index, 'no_response'))
  }
  const planned: Planned[] = []
  for (const { row, tokens, message } of await tokenizeRows(askable, tools)) {
    if (tokens === null) {
      results.set(row.index, missingRow(row.index, 'error', message))
      continue
    }
    const has = { x: instructionText(row) !== '', y: (row.response ?? '') !== '' }
    const passes = planPasses(tokens, bosId, anchor === 'auto' ? bosId : anchorId, has.y)
    const longest = Math.max(
      ...[passes.joint, passes.alone, passes.text].map((s) => s?.length ?? 0),
    )
    // Servers generate one token after the scored ones, so a text that fills the context does not fit.
    if (contextLength !== null && longest + 1 > contextLength) {
      results.set(row.index, missingRow(row.index, 'too_long'))
    } else planned.push({ row, passes, has })
  }
  for (const result of await scoreRows(planned, tools)) results.set(result.index, result)
  return rows.map((row) => results.get(row.index) as RowResult)
}

/** Token losses of instruction and response: the sums from which every IFD variant is derived. */
export const loss = defineMetric({
  kind: 'measured',
  scope: 'row',
  id: ID,
  version: 1,
  label: 'Token losses',
  description:
    'Sums of the negative log-probabilities of instruction and response, together and apart, under a scoring model.',
  formula:
    'nll_i = -ln p(t_i | t_0 .. t_(i-1)), summed over the spans of x, the joining newline and y',
  source: 'arXiv 2412.11231, loss script; strict spans are this product’s definition',
  needs: ['promptLogprobs', 'tokenize'],
  inputs: { response: true, parent: false },
  params,
  outputs: LOSS_OUTPUTS,
  prompts: () => [],
  // About 64 sequences: enough to fill a backend's token batch, little enough to commit every second or so.
  batchRows: 32,
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
  worked: typeof CASE_A,
  jointNll: number[],
  aloneNll: number[],
): Promise<Record<string, number | null>> {
  const { rows, tools } = exampleTools({ ...worked, jointNll, aloneNll })
  const [result] = await computeBatch(rows, params.parse({}), tools)
  return (result as RowResult).values as Record<string, number | null>
}
