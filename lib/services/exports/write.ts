import { createHash } from 'node:crypto'
import type { Db } from '@/db/client'
import { AppError } from '@/lib/errors'
import type { JsonObject } from '@/lib/formats/types'
import { jobOf, nothingToWrite, type ExportPlan } from './plan'

/** About what one write to a socket takes; smaller pieces only cost turns. */
const PIECE_BYTES = 64 * 1024

async function* inPieces(
  parts: AsyncGenerator<string | Uint8Array>,
  onWhole: (isWhole: boolean) => void,
): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      onWhole(at + PIECE_BYTES >= bytes.length)
      yield bytes.subarray(at, at + PIECE_BYTES)
    }
  }
}

/** The bytes of an export and how many rows they hold. */
export interface Written {
  pieces: AsyncGenerator<Uint8Array>
  rows: number
  /** Rows that the bytes so far hold whole, where the format goes on after any row; null in the middle of one. */
  wholeRows(): number | null
}

/** Returns the bytes of an export, or those after some rows. It is checked first: `invalid_input` when the check forbids it. */
export async function writeExport(
  db: Db,
  plan: ExportPlan,
  recipe: JsonObject,
  after = 0,
): Promise<Written> {
  if (plan.count === 0) throw new AppError('invalid_input', nothingToWrite(plan))
  const job = jobOf(db, plan, recipe)
  let read = 0
  let isWhole = false
  async function* open(from = 0) {
    // The last opening is the one that is written.
    read = from
    for await (const batch of job.open(from)) {
      read += batch.length
      yield batch
    }
  }
  const { blocking, rowsKept, write } = await plan.writer.prepare({ ...job, open })
  if (blocking.length > 0) {
    const why = blocking.map((finding) => finding.message).join(' ')
    throw new AppError('invalid_input', `The file cannot be written: ${why}`)
  }
  return {
    pieces: inPieces(write(after), (now) => (isWhole = now)),
    rows: rowsKept,
    wholeRows: () => (isWhole && plan.writer.goesOn ? read : null),
  }
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
    // One piece ahead: the next batch is read while the last one is being sent.
    { highWaterMark: 1 },
  )
}
