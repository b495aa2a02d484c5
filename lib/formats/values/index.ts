import type { ValuesFormatId } from '@/lib/contracts/values-file'
import { openRows } from '../containers/open-rows'
import { sourceName } from '../containers/source'
import { contextOf, FormatError } from '../format-error'
import { isObject } from '../shared/column-path'
import type { JsonValue, RawRow, ReadOptions, Source } from '../types'
import { resultSummary } from './result-summary'
import { superfilteringRaw } from './superfiltering-raw'
import { tokenLogprobs } from './token-logprobs'
import type { OpenPart, ValueElement, ValuesFormat } from './types'

/** Files of values without rows, tried before the row formats. */
export const VALUES_FILES: readonly ValuesFormat[] = [
  tokenLogprobs,
  superfilteringRaw,
  resultSummary,
]

function elementOf(
  file: string,
  raw: RawRow,
  value: JsonValue,
  prefix: string,
): ValueElement | FormatError {
  const error = (problem: string, expected: string) =>
    new FormatError({
      file,
      row: raw.rowNumber,
      line: raw.line,
      byteOffset: raw.byteOffset,
      reason: 'wrong_type',
      problem,
      expected,
      context: contextOf(JSON.stringify(value) ?? ''),
    })
  if (!isObject(value)) return error('The element is no object.', 'an object with keys')
  return { value, literal: (pointer) => raw.literals?.[prefix + pointer], error }
}

/**
 * Returns what a file of values holds, read to its end. Throws FormatError for the first element that does not fit: values that follow
 * would belong to other rows.
 */
export async function readValues(
  source: Source,
  id: ValuesFormatId,
  options: ReadOptions = {},
): Promise<OpenPart[]> {
  const format = VALUES_FILES.find((one) => one.id === id) as ValuesFormat
  const file = sourceName(source)
  const reading = format.open()
  // Tokens are keys here: there may be any number of them, and halves of characters; none is stored.
  const free = { maxKeys: Number.POSITIVE_INFINITY, loneSurrogates: 'replace' } as const
  const opened = await openRows(source, { ...options, ...free })
  try {
    for await (const batch of opened.batches) {
      for (const raw of batch) {
        if (raw.error) throw raw.error
        // The scripts append one array to the other.
        const isList = opened.container.kind === 'concatenated' && Array.isArray(raw.value)
        const values = isList ? (raw.value as JsonValue[]) : [raw.value]
        values.forEach((value, i) => {
          const element = elementOf(file, raw, value, isList ? `/${i}` : '')
          if (element instanceof FormatError) throw element
          reading.add(element)
        })
      }
    }
  } finally {
    await opened.close()
  }
  return reading.parts()
}
