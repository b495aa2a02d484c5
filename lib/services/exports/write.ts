import { createHash } from 'node:crypto'
import type { Db } from '@/db/client'
import type { ExportRequest } from '@/lib/contracts/export'
import { AppError } from '@/lib/errors'
import { writeBundle } from '@/lib/formats/llama-factory/bundle'
import { checkBundle } from '@/lib/formats/llama-factory/check'
import type { JsonObject } from '@/lib/formats/types'
import { writeCsv } from '@/lib/formats/writers/csv'
import type { ExportRow } from '@/lib/formats/writers/export-row'
import { writeJson, writeJsonl } from '@/lib/formats/writers/json'
import { bundleOptions, type ExportPlan } from './plan'

/** What one format is on disk. */
interface FileKind {
  extension: string
  contentType: string
}

const FILE_KINDS: Record<ExportRequest['format'], FileKind> = {
  json: { extension: 'json', contentType: 'application/json; charset=utf-8' },
  jsonl: { extension: 'jsonl', contentType: 'application/x-ndjson; charset=utf-8' },
  csv: { extension: 'csv', contentType: 'text/csv; charset=utf-8' },
  'llama-factory': { extension: 'zip', contentType: 'application/zip' },
}

/** Returns file name and content type of an export. */
export function fileOf(request: ExportRequest): { fileName: string; contentType: string } {
  const { extension, contentType } = FILE_KINDS[request.format]
  return { fileName: `${request.name}.${extension}`, contentType }
}

/** Yields the text of a plain format for the given rows. */
export function writeText(
  request: ExportRequest,
  open: () => AsyncGenerator<ExportRow[]>,
): AsyncGenerator<string> {
  if (request.format === 'csv') {
    const { spreadsheetSafe, byteOrderMark } = request
    return writeCsv(open, { spreadsheetSafe, byteOrderMark })
  }
  if (request.format === 'jsonl') return writeJsonl(open())
  return writeJson(open(), { indent: request.indent })
}

/** About what one write to a socket takes; smaller pieces only cost turns. */
const PIECE_BYTES = 64 * 1024

async function* encoded(text: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  for await (const part of text) {
    const bytes = Buffer.from(part)
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      yield bytes.subarray(at, at + PIECE_BYTES)
  }
}

/** The bytes of an export and how many rows they hold. */
export interface Written {
  pieces: AsyncGenerator<Uint8Array>
  rows: number
}

/** Returns the bytes of an export. A training bundle is checked first: `invalid_input` when the checks forbid it. */
export async function writeExport(db: Db, plan: ExportPlan, recipe: JsonObject): Promise<Written> {
  const { request } = plan
  if (plan.ordered.idx.length === 0) {
    throw new AppError('invalid_input', 'The filter leaves no row to export. Widen it.')
  }
  if (request.format !== 'llama-factory') {
    return { pieces: encoded(writeText(request, plan.open)), rows: plan.ordered.idx.length }
  }
  const options = bundleOptions(db, plan)
  const check = await checkBundle(plan.open(), options)
  if (check.errors.length > 0) {
    const why = check.errors.map((finding) => finding.message).join(' ')
    throw new AppError('invalid_input', `The bundle would not train as it stands: ${why}`)
  }
  return { pieces: writeBundle(plan.open, check, options, recipe), rows: check.rowsKept }
}

/** What was sent, once all of it was. */
interface Sent {
  bytes: number
  sha256: string
}

/**
 * Returns a web stream of the pieces that is read only as fast as the receiver takes it. `onEnd` is called once: with
 * what was sent, or with null when the receiver went away or a piece failed.
 */
export function toStream(
  pieces: AsyncGenerator<Uint8Array>,
  onEnd: (sent: Sent | null) => void,
): ReadableStream<Uint8Array> {
  const hash = createHash('sha256')
  let bytes = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await pieces.next()
          if (next.done) {
            onEnd({ bytes, sha256: hash.digest('hex') })
            controller.close()
            return
          }
          hash.update(next.value)
          bytes += next.value.byteLength
          controller.enqueue(next.value)
        } catch (error) {
          onEnd(null)
          controller.error(error)
        }
      },
      async cancel() {
        onEnd(null)
        await pieces.return(undefined)
      },
    },
    // One piece ahead: the next batch is read while the last one is sent.
    { highWaterMark: 1 },
  )
}
