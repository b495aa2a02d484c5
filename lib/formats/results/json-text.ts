import { parseOutsideJson } from '@/lib/contracts/parse-json'
import type { AppError } from '@/lib/errors'
import { unexpected, type FileView } from './fields'

/** Python writes NaN and infinity bare, which is no JSON; a text that is none is left as it is. */
const BARE_OR_TEXT = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/gs

function parsed(text: string): ReturnType<typeof parseOutsideJson> {
  const plain = parseOutsideJson(text)
  if (!('problem' in plain) || plain.problem === 'key') return plain
  return parseOutsideJson(
    text.replace(BARE_OR_TEXT, (one) => (one.startsWith('"') ? one : `"${one}"`)),
  )
}

/** Returns what a JSON text of a result file holds; throws `data_error` that says where it is broken or cut off. */
export function parsedJson(file: FileView, place: string, text: string): unknown {
  const result = parsed(text)
  if (!('problem' in result)) return result.value
  if (result.problem === 'key') throw unexpected(file, place, 'no key named __proto__')
  const isCut = !/[}\]]\s*$/.test(text)
  const expected = isCut
    ? 'JSON to its end: the file is half written (wait for the evaluation to end, or copy it again)'
    : 'JSON'
  throw unexpected(file, place, expected, text.slice(-40))
}

/** Returns a decoder that refuses what is no UTF-8. */
export function decoder(): TextDecoder {
  return new TextDecoder('utf-8', { fatal: true })
}

/** Returns the error of a file in another encoding. */
export function notUtf8(file: FileView): AppError {
  return unexpected(file, 'its bytes', 'text in UTF-8', 'other bytes')
}

/** Returns the text of a file; throws `data_error` where it is no UTF-8. */
export function decoded(file: FileView, bytes: Uint8Array): string {
  try {
    return decoder().decode(bytes)
  } catch {
    throw notUtf8(file)
  }
}
