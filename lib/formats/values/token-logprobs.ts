import { statusCode } from '@/lib/contracts/status'
import { POOLED_TOKENS, probabilityOf } from '@/lib/contracts/values-file'
import type { JsonObject } from '../types'
import type { JoinedValues, RowsOfCell, ValuesFormat } from './types'

// At least 95 % of the elements of the head must look so.
const SHARE = 0.95

function isLogprob(value: JsonObject): boolean {
  const values = Object.values(value)
  return values.length === 1 && typeof values[0] === 'number' && values[0] <= 0
}

const isFull = (p: readonly number[], rowCount: number) => p.length === POOLED_TOKENS * rowCount

/** Five tokens at most were written for a row: where there are five times as many as rows, each row has its own five. */
function joined(p: readonly number[], { rowCount, rows }: RowsOfCell): JoinedValues {
  const width = POOLED_TOKENS
  const isByRow = isFull(p, rowCount)
  const blank = () => ({
    values: new Float64Array(rows.length * width).fill(Number.NaN),
    status: new Uint8Array(rows.length).fill(statusCode('not_in_file')),
  })
  const own = blank()
  const pool = blank()
  // A pool lies in the first rows that there are; in which of them says nothing.
  const held = isByRow ? rows.length : Math.ceil(p.length / width)
  for (let i = 0; i < Math.min(held, rows.length); i += 1) {
    const from = width * (isByRow ? (rows[i] as number) : i)
    const values = p.slice(from, from + width)
    pool.values.set(values, i * width)
    pool.status[i] = statusCode('ok')
    if (!isByRow) continue
    own.values.set(values, i * width)
    own.status[i] = statusCode('ok')
  }
  return {
    metric: 'imported_probability',
    columns: { p: own, pool },
    rowStatus: pool.status,
    record: null,
    how: isByRow
      ? `${p.length} probabilities, five for each row, in the order of the rows`
      : `${p.length} probabilities as a pool: fewer than five for each of ${rowCount} rows, so it is not known which row each belongs to`,
  }
}

/** Log-probabilities of first tokens, pooled over rows: elements of one key, a token, with a number of at most 0. */
export const tokenLogprobs: ValuesFormat = {
  id: 'token-logprobs',
  label: 'log-probabilities of first tokens',
  matches: (head) =>
    head.objects.length > 0 && head.objects.filter(isLogprob).length >= SHARE * head.values.length,
  message:
    'This file holds log-probabilities of first tokens, at most five a row, and no rows. They are joined to the rows of the file at the place that you choose: by order where there are five for each row, else as a pool whose rows are not known.',
  open() {
    const p: number[] = []
    return {
      add(element) {
        if (!isLogprob(element.value))
          throw element.error(
            'The element is no log-probability.',
            'one token with a number of at most 0',
          )
        p.push(probabilityOf(Object.values(element.value)[0] as number))
      },
      parts: () => [
        {
          label: 'probabilities of first tokens',
          count: p.length,
          isByOrder: (rowCount) => isFull(p, rowCount),
          join: (cell) => joined(p, cell),
        },
      ],
    }
  },
}
