import { open } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '@/lib/errors'

// The file's own rule: a header is at most 100 MB.
const MAX_HEADER = 100_000_000
const LENGTH_BYTES = 8

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().min(0)),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
})

/** Weights of a model by name. */
export interface Weights {
  /** Returns the values of a float32 tensor of exactly this shape; throws `data_error` for any other, or one with NaN. */
  read(name: string, shape: readonly number[]): Float32Array
}

function damaged(what: string): never {
  throw new AppError('data_error', `The weights cannot be used: ${what}. Fetch the model again.`)
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return damaged('the header of the safetensors file is not JSON')
  }
}

/** Returns the weights of a safetensors file, held in memory. Throws `data_error` when it is damaged. */
export async function readSafetensors(file: string): Promise<Weights> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const prefix = new DataView(new ArrayBuffer(LENGTH_BYTES))
    await handle.read(prefix, 0, LENGTH_BYTES, 0)
    const length = Number(prefix.getBigUint64(0, true))
    const from = LENGTH_BYTES + length
    if (length > MAX_HEADER || from > size) damaged('the safetensors file ends in its header')
    const header = new Uint8Array(length)
    await handle.read(header, 0, length, LENGTH_BYTES)
    const entries = parseHeader(header)
    const data = new Uint8Array(size - from)
    await handle.read(data, 0, data.length, from)
    return {
      read(name, shape) {
        const entry = entrySchema.safeParse(Object.hasOwn(entries, name) ? entries[name] : null)
        if (!entry.success) return damaged(`there is no tensor ${name}`)
        const {
          dtype,
          shape: found,
          data_offsets: [start, end],
        } = entry.data
        const count = shape.reduce((product, side) => product * side, 1)
        if (dtype !== 'F32' || found.join() !== shape.join() || end - start !== 4 * count) {
          return damaged(`${name} is ${dtype} [${found.join()}] instead of F32 [${shape.join()}]`)
        }
        if (end > data.length) return damaged(`the file ends before ${name}`)
        // Without a copy where the place suits floats, as it does in files of floats alone.
        const bytes = start % Float32Array.BYTES_PER_ELEMENT === 0 ? data : data.slice(start, end)
        const at = bytes === data ? start : 0
        const values = new Float32Array(bytes.buffer, at, count)
        if (!values.every(Number.isFinite)) return damaged(`${name} holds NaN or infinity`)
        return values
      },
    }
  } finally {
    await handle.close()
  }
}
