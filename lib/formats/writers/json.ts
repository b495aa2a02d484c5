import { stringifyExact } from '../shared/exact-json'
import { exportEntries, literalsOf } from './export-row'
import type { Entry, ExportRow } from './export-row'
import type { Literals } from '../types'

/** Rows to be written, handed over in batches. */
export type RowBatches = AsyncIterable<readonly ExportRow[]> | Iterable<readonly ExportRow[]>

/** Yields a JSON array as text: UTF-8 when encoded, no byte-order mark, non-ASCII literal, indented by two blanks or compact. */
export async function* writeJson(
  batches: RowBatches,
  options: { indent: boolean },
): AsyncGenerator<string> {
  let isFirst = true
  for await (const batch of batches) {
    let text = ''
    for (const item of batch) {
      const object = objectText(exportEntries(item), literalsOf(item), options.indent)
      text += isFirst ? '[' : ','
      text += options.indent ? `\n  ${object}` : object
      isFirst = false
    }
    if (text) yield text
  }
  if (isFirst) yield '[]\n'
  else yield options.indent ? '\n]\n' : ']\n'
}

/** Yields JSONL as text: one object a line, each line ended by 0x0A. */
export async function* writeJsonl(batches: RowBatches): AsyncGenerator<string> {
  for await (const batch of batches) {
    let text = ''
    for (const item of batch)
      text += `${objectText(exportEntries(item), literalsOf(item), false)}\n`
    if (text) yield text
  }
}

/** Returns one object; written key by key, since JavaScript objects would move number-like keys to the front. */
function objectText(
  entries: readonly Entry[],
  literals: Literals | null,
  isIndented: boolean,
): string {
  if (entries.length === 0) return '{}'
  const cells = entries.map(({ key, value, pointer }) => {
    if (!isIndented) return `${JSON.stringify(key)}:${stringifyExact(value, literals, pointer)}`
    return `    ${JSON.stringify(key)}: ${stringifyExact(value, literals, pointer, '    ')}`
  })
  return isIndented ? `{\n${cells.join(',\n')}\n  }` : `{${cells.join(',')}}`
}
