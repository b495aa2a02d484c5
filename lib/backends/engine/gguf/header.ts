import type { FileHandle } from 'node:fs/promises'

// "GGUF" in little-endian order.
const MAGIC = 0x46554747
const SUPPORTED = new Set([2, 3])
const DEFAULT_ALIGNMENT = 32
// Header bytes are read in steps: the metadata of a large vocabulary takes several megabytes.
const READ_STEP = 4 * 2 ** 20
// The longest vocabularies take some 30 MB; a header that claims more is damaged, and memory is not endless.
const MOST_HEADER_BYTES = 512 * 2 ** 20
const STRING = 8
const ARRAY = 9
// Bytes of the fixed-size value types, by type number of the GGUF specification.
const VALUE_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
}

/** One tensor as the header names it. */
export interface TensorInfo {
  name: string
  /** Entries a dimension, the fastest first. */
  shape: number[]
  /** Number of the ggml type. */
  type: number
  /** Bytes from the start of the file. */
  offset: number
}

/** One metadata entry with its value's bytes as they stand in the file. */
export interface MetaEntry {
  key: string
  type: number
  value: Uint8Array
}

/** What stands before the weights of a GGUF file. */
export interface GgufHeader {
  version: number
  meta: MetaEntry[]
  tensors: TensorInfo[]
  alignment: number
}

class Cursor {
  at = 0

  constructor(
    private readonly view: DataView,
    private readonly bytes: Uint8Array,
  ) {}

  uint32(): number {
    const value = this.view.getUint32(this.at, true)
    this.at += 4
    return value
  }

  /** Sizes and counts; throws for one that no file has. */
  uint64(): number {
    const value = Number(this.view.getBigUint64(this.at, true))
    if (!Number.isSafeInteger(value)) throw new Error('the header names an impossible size')
    this.at += 8
    return value
  }

  skip(length: number): void {
    if (this.at + length > this.bytes.length) throw new RangeError('the header goes on')
    this.at += length
  }

  take(length: number): Uint8Array {
    const start = this.at
    this.skip(length)
    return this.bytes.subarray(start, this.at)
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.uint64()))
  }
}

function skipValue(cursor: Cursor, type: number): void {
  if (type === STRING) return cursor.skip(cursor.uint64())
  if (type !== ARRAY) {
    const size = VALUE_BYTES[type]
    if (size === undefined) throw new Error(`metadata of the unknown type ${type}`)
    return cursor.skip(size)
  }
  const inner = cursor.uint32()
  const count = cursor.uint64()
  const size = VALUE_BYTES[inner]
  if (size !== undefined) return cursor.skip(size * count)
  for (let i = 0; i < count; i += 1) skipValue(cursor, inner)
}

function parse(bytes: Uint8Array): GgufHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const cursor = new Cursor(view, bytes)
  if (cursor.uint32() !== MAGIC) throw new Error('the file does not begin with GGUF')
  const version = cursor.uint32()
  if (!SUPPORTED.has(version)) throw new Error(`GGUF version ${version} is not known`)
  const tensorCount = cursor.uint64()
  const metaCount = cursor.uint64()
  const meta: MetaEntry[] = []
  let alignment = DEFAULT_ALIGNMENT
  for (let i = 0; i < metaCount; i += 1) {
    const key = cursor.text()
    const type = cursor.uint32()
    const start = cursor.at
    skipValue(cursor, type)
    const value = bytes.slice(start, cursor.at)
    if (key === 'general.alignment') {
      alignment = new DataView(value.buffer).getUint32(0, true)
    }
    meta.push({ key, type, value })
  }
  const tensors: TensorInfo[] = []
  for (let i = 0; i < tensorCount; i += 1) {
    const name = cursor.text()
    const shape = Array.from({ length: cursor.uint32() }, () => cursor.uint64())
    tensors.push({ name, shape, type: cursor.uint32(), offset: cursor.uint64() })
  }
  const start = Math.ceil(cursor.at / alignment) * alignment
  for (const tensor of tensors) tensor.offset += start
  return { version, meta, tensors, alignment }
}

/** Returns the value of a metadata entry; null for lists and for kinds that no reader here needs. */
export function metaValue({ type, value }: MetaEntry): number | string | boolean | null {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  switch (type) {
    case 4:
      return view.getUint32(0, true)
    case 5:
      return view.getInt32(0, true)
    case 6:
      return view.getFloat32(0, true)
    case 7:
      return view.getUint8(0) !== 0
    case STRING:
      return new TextDecoder().decode(value.subarray(8))
    case 10:
      return Number(view.getBigUint64(0, true))
    default:
      return null
  }
}

/**
 * Returns the header of a GGUF file; layout of the GGUF specification, versions 2 and 3, little-endian. Throws a plain
 * Error with the reason when the file is none.
 */
export async function readHeader(file: FileHandle): Promise<GgufHeader> {
  const { size } = await file.stat()
  for (let length = Math.min(READ_STEP, size); ; length = Math.min(length * 2, size)) {
    const bytes = new Uint8Array(length)
    await file.read(bytes, 0, length, 0)
    try {
      return parse(bytes)
    } catch (error) {
      if (length >= MOST_HEADER_BYTES) throw new Error('its header is too long', { cause: error })
      // Only a header that was cut by this read is worth a longer one.
      if (!(error instanceof RangeError) || length === size) throw error
    }
  }
}

function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value)
  const out = new Uint8Array(8 + bytes.length)
  new DataView(out.buffer).setBigUint64(0, BigInt(bytes.length), true)
  out.set(bytes, 8)
  return out
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

function uint64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)
}

/**
 * Returns the bytes of a header, padded to its alignment. Offsets of the tensors count from the end of those bytes.
 */
export function writeHeader(header: GgufHeader): Uint8Array {
  const parts: Uint8Array[] = [
    uint32(MAGIC),
    uint32(header.version),
    uint64(header.tensors.length),
    uint64(header.meta.length),
  ]
  for (const { key, type, value } of header.meta) parts.push(text(key), uint32(type), value)
  for (const { name, shape, type, offset } of header.tensors) {
    parts.push(text(name), uint32(shape.length), ...shape.map(uint64), uint32(type), uint64(offset))
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const bytes = new Uint8Array(Math.ceil(length / header.alignment) * header.alignment)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
