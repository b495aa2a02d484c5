import { describeOptions } from '@/lib/contracts/options'
import type { ExportFormat } from '@/lib/contracts/export'
import { AppError } from '@/lib/errors'
import { csv } from './csv'
import { huggingFace } from './hugging-face'
import { json } from './json'
import { jsonl } from './jsonl'
import { llamaFactory } from './llama-factory'
import { openaiChat } from './openai-chat'
import { parquet } from './parquet'
import type { Writer } from './types'

/** Formats that rows are written in, in the order of display. */
export const WRITERS: readonly Writer[] = [
  json,
  jsonl,
  csv,
  parquet,
  openaiChat,
  llamaFactory,
  huggingFace,
]

/** Returns the writer of an id. Throws `invalid_input` where there is none. */
export function writerOf(id: string): Writer {
  const writer = WRITERS.find((one) => one.id === id)
  if (writer) return writer
  const known = WRITERS.map((one) => one.id).join(', ')
  throw new AppError('invalid_input', `No export format has this name. Choose one of: ${known}.`)
}

/** Returns the writers as plain data for the browser and the command line. */
export function listWriters(): ExportFormat[] {
  return WRITERS.map(({ id, label, description, extension, hasSidecar = false, options }) => ({
    id,
    label,
    description,
    extension,
    hasSidecar,
    options: describeOptions(options),
  }))
}
