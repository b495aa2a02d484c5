import path from 'node:path'

// Begins no stored vector: those begin with a float that is 0 or 1.
/** Begins every pointer. */
export const MAGIC = Buffer.from('EVOV')
/** Length of a pointer; the request cache stores it in place of a vector. */
export const POINTER_BYTES = 20

/** Where a value lies: files hold values of one length, one after the other. */
export interface Pointer {
  bytes: number
  record: number
  checksum: number
}

/** Returns the bytes that stand for a value in the request cache. */
export function encodePointer({ bytes, record, checksum }: Pointer): Buffer {
  const value = Buffer.alloc(POINTER_BYTES)
  MAGIC.copy(value)
  value.writeUInt32LE(bytes, 4)
  value.writeBigUInt64LE(BigInt(record), 8)
  value.writeUInt32LE(checksum, 16)
  return value
}

/** Returns where the value lies that stored bytes point to; null where they are no pointer. */
export function decodePointer(value: Buffer): Pointer | null {
  if (value.length !== POINTER_BYTES || !value.subarray(0, 4).equals(MAGIC)) return null
  return {
    bytes: value.readUInt32LE(4),
    record: Number(value.readBigUInt64LE(8)),
    checksum: value.readUInt32LE(16),
  }
}

/** Returns the file of a folder that holds the values of one length. */
export function vectorFile(folder: string, bytes: number): string {
  return path.join(folder, `${bytes}.bin`)
}
