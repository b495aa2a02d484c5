import { AppError } from '@/lib/errors'
import { required } from '../failures'
import type { MetricRow, MetricTools } from '../types'
import type { RowTokens } from './passes'
import { instructionText } from './passes'
import { together } from './together'

/** Tokens of a row, or the message that says why there are none. */
export interface TokenizedRow {
  row: MetricRow
  tokens: RowTokens | null
  message?: string
}

/** Returns x and y of a row; y is empty when there is no response. */
export function rowTexts(row: MetricRow): { x: string; y: string } {
  return { x: instructionText(row), y: row.response ?? '' }
}

// Tool sets whose tokenizer was found to add nothing but the BOS it states.
const checked = new WeakSet<MetricTools>()

/** Throws `capability_missing` when the tokenizer adds special tokens other than the BOS of its identity. */
export async function checkTokenizer(tools: MetricTools): Promise<void> {
  if (checked.has(tools)) return
  const tokenize = required(tools.tokenize, 'loss', 'tokenize')
  const text = ['a b']
  const [full] = await tokenize(text, true)
  const [bare] = await tokenize(text, false)
  const bos = tools.identity.bosId
  const expected = [...(bos === null ? [] : [bos]), ...(bare ?? [])]
  if ((full ?? []).join() !== expected.join()) {
    throw new AppError(
      'capability_missing',
      `The tokenizer adds special tokens other than a leading BOS (${bos ?? 'none'}), so losses would be of other ` +
        'tokens. Check the tokenizer of this backend.',
    )
  }
  checked.add(tools)
}

/** Returns the tokens of all rows from a single call of the tokenizer. */
async function tokenizeTogether(
  rows: readonly MetricRow[],
  tools: MetricTools,
): Promise<TokenizedRow[]> {
  const texts = rows.flatMap((row) => {
    const { x, y } = rowTexts(row)
    return y === '' ? [x, `${x}\n`] : [x, `${x}\n`, y, `${x}\n${y}`]
  })
  // Empty texts are not sent (servers refuse them): they are the BOS alone.
  const different = [...new Set(texts)].filter((text) => text !== '')
  const ids = await required(tools.tokenize, 'loss', 'tokenize')(different, true)
  if (ids.length !== different.length) {
    throw new AppError('data_error', 'The tokenizer returned another number of results than texts.')
  }
  const found = new Map(different.map((text, i) => [text, ids[i] as Int32Array]))
  const bos = tools.identity.bosId
  found.set('', Int32Array.from(bos === null ? [] : [bos]))
  const of = (text: string) => found.get(text) as Int32Array
  return rows.map((row) => {
    const { x, y } = rowTexts(row)
    const xn = of(`${x}\n`)
    const tokens: RowTokens = {
      x: of(x),
      xn,
      y: y === '' ? new Int32Array(0) : of(y),
      joined: y === '' ? xn : of(`${x}\n${y}`),
    }
    if (bos !== null && Object.values(tokens).some((list) => list.length > 0 && list[0] !== bos)) {
      const message = `The tokenizer did not start this row with its BOS id ${bos}.`
      return { row, tokens: null, message }
    }
    return { row, tokens }
  })
}

/** Returns the tokens of each row: one tokenizer call for the batch, one by one when that call is refused. */
export async function tokenizeRows(
  rows: readonly MetricRow[],
  tools: MetricTools,
): Promise<TokenizedRow[]> {
  if (rows.length === 0) return []
  await checkTokenizer(tools)
  return together(
    rows,
    tools.signal,
    (some) => tokenizeTogether(some, tools),
    (row, message) => ({ row, tokens: null, message }),
  )
}
