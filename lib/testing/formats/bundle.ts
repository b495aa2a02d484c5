import { unzipSync } from 'fflate'
import { writeBundle } from '@/lib/formats/llama-factory/bundle'
import { checkBundle } from '@/lib/formats/llama-factory/check'
import type { BundleOptions } from '@/lib/formats/llama-factory/bundle-options'
import { inspectSource } from '@/lib/formats/read'
import type { JsonObject } from '@/lib/formats/types'
import type { ExportRow } from '@/lib/formats/writers/export-row'
import { canonicalRows } from './collect'
import { bytesSource, plainRow } from './made'

/** Options of a strict bundle. */
export const OPTIONS: BundleOptions = {
  name: 'evolved_small-1',
  format: 'alpaca',
  stage: 'sft',
  foldInput: false,
  excludeBlocked: false,
  allowEmptyResponses: false,
  template: 'qwen',
}

/** Returns a row made here. */
export const item = (instruction: string, output: string | null, input = ''): ExportRow => ({
  row: plainRow(0, { instruction, input, output }),
  mapping: null,
})

/** Returns the rows of a text as they would be exported. */
export async function imported(text: string): Promise<ExportRow[]> {
  const { detection } = await inspectSource(bytesSource('x.json', text))
  const rows = await canonicalRows(text)
  return rows.map((row) => ({ row, mapping: detection.mapping }))
}

/** Checks, writes and unpacks a bundle. */
export async function bundle(items: ExportRow[], options: BundleOptions, recipe: JsonObject = {}) {
  const check = await checkBundle([items], options)
  const chunks: Uint8Array[] = []
  for await (const chunk of writeBundle(
    () => [items.slice(0, 1), items.slice(1)],
    check,
    options,
    recipe,
  )) {
    chunks.push(chunk)
  }
  const files = unzipSync(Buffer.concat(chunks))
  const texts = Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
  )
  return { check, texts }
}
