/** Numbers, truth values and structs of a Thrift struct, by field id; texts and lists are passed over. */
export interface ThriftFields {
  [id: number]: number | boolean | ThriftFields | undefined
}

/** Deepest nesting of structs and lists; a Parquet footer has eight levels. */
const MAX_DEPTH = 24
/** Most values of one struct. A footer of 1,000 row groups with 100 columns has three million. */
const MAX_VALUES = 6_000_000
/** A varint of 64 bits takes ten bytes. */
const MAX_VARINT = 10

/** What is wrong with the bytes of a Thrift struct. */
export class ThriftError extends Error {}

/**
 * Returns the fields of a struct in Thrift's compact protocol and the position after it. The library that reads Parquet
 * believes every length it finds; this says beforehand that all of them fit into the bytes. Throws ThriftError.
 */
export function readThrift(bytes: Uint8Array, from: number): { fields: ThriftFields; end: number } {
  const walk = new ThriftWalk(bytes, from)
  const fields = walk.struct(0)
  return { fields, end: walk.at }
}

class ThriftWalk {
  private values = 0

  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  struct(depth: number): ThriftFields {
    const fields: ThriftFields = {}
    let id = 0
    for (;;) {
      const header = this.byte()
      const type = header & 0x0f
      if (type === 0) return fields
      id = header >> 4 ? id + (header >> 4) : this.zigzag()
      fields[id] = this.value(type, depth)
    }
  }

  private value(type: number, depth: number): ThriftFields[number] {
    this.values++
    if (depth > MAX_DEPTH) throw new ThriftError('Structs are nested too deeply.')
    if (this.values > MAX_VALUES) throw new ThriftError('A struct has too many values.')
    if (type === 1 || type === 2) return type === 1
    if (type === 3) return this.byte()
    if (type === 4 || type === 5 || type === 6) return this.zigzag()
    if (type === 7) return this.skip(8)
    if (type === 8) return this.skip(this.varint())
    if (type === 9) return this.list(depth)
    if (type === 12) return this.struct(depth + 1)
    throw new ThriftError(`A field has the unknown type ${type}.`)
  }

  private list(depth: number): undefined {
    const header = this.byte()
    const type = header & 0x0f
    const size = header >> 4 === 15 ? this.varint() : header >> 4
    // Each element takes a byte at least.
    if (size > this.bytes.length - this.at)
      throw new ThriftError('A list is longer than the bytes.')
    for (let i = 0; i < size; i++) {
      if (type === 1 || type === 2) this.byte()
      else this.value(type, depth + 1)
    }
  }

  private skip(length: number): undefined {
    if (length > this.bytes.length - this.at)
      throw new ThriftError('A text is longer than the bytes.')
    this.at += length
  }

  private byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new ThriftError('A struct is cut off.')
    return byte
  }

  private varint(): number {
    let result = 0
    for (let i = 0; i < MAX_VARINT; i++) {
      const byte = this.byte()
      // Beyond 2^53 the sum is rounded; no length that fits into a file comes near it.
      result += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return result
    }
    throw new ThriftError('A number has too many bytes.')
  }

  private zigzag(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}
