import { readImportedValue, type ReadValue } from '@/lib/contracts/imported-values'
import { carriesValue, statusCode } from '@/lib/contracts/status'
import { ratioOf } from '@/lib/contracts/values-file'
import type { JsonObject, JsonValue } from '../types'
import type { RowsOfCell, ValueElement, ValuesFormat } from './types'

/** Places in the lists of the script: of the response alone, and after the instruction. */
const ALONE = 1
const CONDITIONED = 3

const OUTPUTS = ['loss_alone', 'loss_conditioned', 'ifd', 'ifd_ppl'] as const
type RowValues = Record<(typeof OUTPUTS)[number], ReadValue>

function listOf(value: JsonObject, key: string): JsonValue[] | null {
  const list = value[key]
  return Array.isArray(list) && list.length === 4 ? list : null
}

function isScore(value: JsonObject): boolean {
  return (
    Object.keys(value).length === 2 &&
    listOf(value, 'ppl') !== null &&
    listOf(value, 'loss') !== null
  )
}

const NO_RESPONSE: ReadValue = { value: null, status: 'no_response' }

function rowOf(element: ValueElement): RowValues {
  const { value } = element
  if (Object.keys(value).length === 0)
    return {
      loss_alone: NO_RESPONSE,
      loss_conditioned: NO_RESPONSE,
      ifd: NO_RESPONSE,
      ifd_ppl: NO_RESPONSE,
    }
  const expected = '{"ppl": [0, a, 0, c], "loss": [0, a, 0, c]}, or {} for an empty answer'
  if (!isScore(value)) throw element.error('The line holds no losses.', expected)
  const read = (key: string, at: number): ReadValue => {
    const raw = listOf(value, key)?.[at]
    const wasNonfinite = element.literal(`/${key}/${at}`) !== undefined && raw === null
    const found = readImportedValue({ zeroIsError: true }, raw, { wasNonfinite, hasResponse: true })
    if (found.status === 'unparsed' || found.status === 'not_run')
      throw element.error(`Place ${at} of "${key}" is no number.`, expected)
    return found
  }
  const alone = read('loss', ALONE)
  const conditioned = read('loss', CONDITIONED)
  return {
    loss_alone: alone,
    loss_conditioned: conditioned,
    ifd: ratioOf(conditioned, alone),
    ifd_ppl: ratioOf(read('ppl', CONDITIONED), read('ppl', ALONE)),
  }
}

function joined(lines: readonly RowValues[], { rows }: RowsOfCell) {
  const column = (output: (typeof OUTPUTS)[number]) => {
    const read = Array.from(rows, (row) => (lines[row] as RowValues)[output])
    return {
      values: Float64Array.from(read, ({ value }) => value ?? Number.NaN),
      status: Uint8Array.from(read, ({ status }) => statusCode(status)),
    }
  }
  const columns = Object.fromEntries(OUTPUTS.map((output) => [output, column(output)]))
  const rowStatus = columns['loss_alone']?.status ?? new Uint8Array()
  const valued = rowStatus.filter(carriesValue).length
  return {
    metric: 'imported_loss',
    columns,
    rowStatus,
    record: null,
    how: `losses of ${valued} of ${rows.length} rows, line i for row i`,
  }
}

/** Raw superfiltering scores: {ppl: [4], loss: [4]} line by line, or {} for an empty answer. */
export const superfilteringRaw: ValuesFormat = {
  id: 'superfiltering-raw',
  label: 'raw superfiltering losses',
  matches: (head) => {
    const filled = head.objects.filter((value) => Object.keys(value).length > 0)
    return filled.length > 0 && filled.every(isScore)
  },
  message:
    'This file holds raw superfiltering losses, one line a row, and no rows. They are joined by their order to the rows of the file at the place that you choose.',
  open() {
    const lines: RowValues[] = []
    return {
      add: (element) => void lines.push(rowOf(element)),
      parts: () => [
        {
          label: 'losses of responses',
          count: lines.length,
          isByOrder: () => true,
          join: (cell) => joined(lines, cell),
        },
      ],
    }
  },
}
