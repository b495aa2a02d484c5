import { xmlText } from '@/lib/contracts/plain-text'

// The eight bytes of the signature and the header chunk (length, name, 13 bytes, checksum) come first.
const AFTER_HEADER = 8 + 25

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

/** Returns the checksum that PNG prescribes. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  bytes.set(new TextEncoder().encode(name), 4)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

function textChunk(keyword: string, text: string): Uint8Array {
  // Keyword, end, not compressed, method, no language, no translated keyword. A zero byte would end a field.
  const parts = `${keyword}\0\0\0\0\0${xmlText(text)}`
  return chunk('iTXt', new TextEncoder().encode(parts))
}

/** A PNG with texts in iTXt chunks and the density at which it has its size on paper. */
export function withPngTexts(
  png: Uint8Array,
  texts: Readonly<Record<string, string>>,
  pixelsPerMeter: number,
): Uint8Array<ArrayBuffer> {
  const density = new Uint8Array(9)
  const view = new DataView(density.buffer)
  view.setUint32(0, Math.round(pixelsPerMeter))
  view.setUint32(4, Math.round(pixelsPerMeter))
  density[8] = 1
  const parts = [
    png.subarray(0, AFTER_HEADER),
    chunk('pHYs', density),
    ...Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text)),
    png.subarray(AFTER_HEADER),
  ]
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
