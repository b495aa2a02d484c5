import { z } from 'zod'
import { toggle } from '@/lib/contracts/options'
import { stringifyExact } from '../shared/exact-json'
import { exportEntries, literalsOf } from './export-row'
import type { ExportRow } from './export-row'
import { defineWriter, everyRow, type RowBatches } from './types'

/** One array of objects. */
export const json = defineWriter({
  id: 'json',
  label: 'JSON',
  description:
    'One array. Keys in the order of the source, null and empty kept apart, numbers to the last digit. Importing it again gives the same rows.',
  extension: 'json',
  mediaType: 'application/json; charset=utf-8',
  options: z.object({
    indent: toggle({
      title: 'Indent',
      description: 'Indents the JSON array by two blanks.',
      default: true,
    }),
  }),
  goesOn: true,
  prepare: (job) =>
    everyRow(job, (after = 0) => writeJson(job.open(after), job.options, after === 0)),
})

/** Yields a JSON array as text: UTF-8 when encoded, no byte-order mark, non-ASCII literal, indented by two blanks or compact. */
async function* writeJson(
  batches: RowBatches,
  options: { indent: boolean },
  isBegin: boolean,
): AsyncGenerator<string> {
  let isFirst = isBegin
  for await (const batch of batches) {
    let text = ''
    for (const item of batch) {
      const object = objectText(item, options.indent)
      text += isFirst ? '[' : ','
      text += options.indent ? `\n  ${object}` : object
      isFirst = false
    }
    if (text) yield text
  }
  if (isFirst) yield '[]\n'
  else yield options.indent ? '\n]\n' : ']\n'
}

/** Returns one row as JSON text; written key by key, since JavaScript objects would move number-like keys to the front. */
export function objectText(item: ExportRow, isIndented: boolean): string {
  const literals = literalsOf(item)
  const entries = exportEntries(item)
  if (entries.length === 0) return '{}'
  const cells = entries.map(({ key, value, pointer }) => {
    if (!isIndented) return `${JSON.stringify(key)}:${stringifyExact(value, literals, pointer)}`
    return `    ${JSON.stringify(key)}: ${stringifyExact(value, literals, pointer, '    ')}`
  })
  return isIndented ? `{\n${cells.join(',\n')}\n  }` : `{${cells.join(',')}}`
}
