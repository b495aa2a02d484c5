import { z } from 'zod'
import { objectText } from './json'
import { defineWriter, everyRow, type RowBatches } from './types'

/** One object a line. */
export const jsonl = defineWriter({
  id: 'jsonl',
  label: 'JSONL',
  description: 'The same, one object a line: for streaming readers and very large sets.',
  extension: 'jsonl',
  mediaType: 'application/x-ndjson; charset=utf-8',
  options: z.object({}),
  goesOn: true,
  prepare: (job) => everyRow(job, (after) => writeJsonl(job.open(after))),
})

/** Yields JSONL as text: one object a line, each line ended by 0x0A. */
async function* writeJsonl(batches: RowBatches): AsyncGenerator<string> {
  for await (const batch of batches) {
    let text = ''
    for (const item of batch) text += `${objectText(item, false)}\n`
    if (text) yield text
  }
}
