import { constants, brotliDecompressSync, gunzipSync } from 'node:zlib'
import { decompress as unpackZstd } from 'fzstd'
import { snappyUncompress } from 'hyparquet'
import type { CompressionCodec } from 'hyparquet'
import { DamagedParquet } from './damaged'

type Unpack = (packed: Uint8Array, length: number) => Uint8Array

/** Each gives as many bytes as the page states, or an error: what a page holds beyond is never unpacked. */
const UNPACK: Partial<Record<CompressionCodec, Unpack>> = {
  UNCOMPRESSED: (packed) => packed,
  SNAPPY(packed, length) {
    const page = new Uint8Array(length)
    snappyUncompress(packed, page)
    return page
  },
  GZIP: (packed, length) => apart(gunzipSync(packed, { maxOutputLength: Math.max(1, length) })),
  BROTLI: (packed, length) =>
    apart(
      brotliDecompressSync(packed, {
        maxOutputLength: Math.max(1, length),
        finishFlush: constants.BROTLI_OPERATION_FINISH,
      }),
    ),
  ZSTD: (packed, length) => unpackZstd(packed, new Uint8Array(length)),
}

/** Small buffers share memory with others, and a reader that is led astray must not see those. */
function apart(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer)
}

/** Returns what unpacks the pages of a column. Throws DamagedParquet for a codec that is not read. */
export function unpackerOf(codec: CompressionCodec): Unpack {
  const unpack = UNPACK[codec]
  if (!unpack) {
    const known = Object.keys(UNPACK).join(', ')
    throw new DamagedParquet(`Its columns are packed with ${codec}; ${known} are read.`)
  }
  return (packed, length) => {
    const page = unpack(packed, length)
    if (page.length === length) return page
    throw new DamagedParquet('A page has another size than it states.')
  }
}
