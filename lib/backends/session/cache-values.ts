import { endianness } from 'node:os'
import type { GenerateReply } from '../types'

const LITTLE = endianness() === 'LE'

/** Returns little-endian float32 bytes. */
export function encodeFloats(values: Float32Array): Buffer {
  const bytes = Buffer.from(values.slice().buffer)
  return LITTLE ? bytes : bytes.swap32()
}

/** Returns the floats of little-endian float32 bytes, in memory of their own. */
export function decodeFloats(bytes: Buffer): Float32Array {
  const copy = Buffer.alloc(bytes.length)
  bytes.copy(copy)
  if (!LITTLE) copy.swap32()
  return new Float32Array(copy.buffer.slice(copy.byteOffset, copy.byteOffset + copy.length))
}

/** Returns a chat reply as JSON bytes. */
export function encodeChat(reply: GenerateReply): Buffer {
  return Buffer.from(JSON.stringify(reply), 'utf8')
}

/** Returns the chat reply that was stored. */
export function decodeChat(bytes: Buffer): GenerateReply {
  return JSON.parse(bytes.toString('utf8')) as GenerateReply
}
