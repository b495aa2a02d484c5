import { Decompress } from 'fzstd'
import createHasher from 'xxhash-wasm'

const MAGIC = 0xfd2fb528
/** Frames with these magic numbers hold no data: 0x184D2A50 to 0x184D2A5F. */
const SKIPPABLE = 0x184d2a50
/** What zstd itself unpacks without being told otherwise; the window is held in memory. */
const MAX_WINDOW = 128 << 20
/** The format allows no larger block. */
const MAX_BLOCK = 128 << 10
/** The library holds back what is shorter than a frame; bytes after the last block, fewer than that, make it go on. */
const PADDING = 14

/** What is wrong with zstd data, in words that follow "The zstd data". */
export class BadZstd extends Error {}

/** Takes exactly as many bytes as are asked for from a stream of pieces. */
class ByteQueue {
  #held: Buffer = Buffer.alloc(0)
  constructor(private readonly chunks: AsyncGenerator<Buffer>) {}

  /** Returns the next bytes, fewer where the stream ends. */
  async upTo(n: number): Promise<Buffer> {
    const pieces = [this.#held]
    let size = this.#held.length
    while (size < n) {
      const next = await this.chunks.next()
      if (next.done) break
      pieces.push(next.value)
      size += next.value.length
    }
    const all = pieces.length === 1 ? this.#held : Buffer.concat(pieces)
    this.#held = all.subarray(n)
    return all.subarray(0, n)
  }

  async exactly(n: number): Promise<Buffer> {
    const bytes = await this.upTo(n)
    if (bytes.length < n) throw new BadZstd('is cut off')
    return bytes
  }
}

interface FrameHeader {
  /** As it stands in the file, from the magic number on. */
  bytes: Buffer
  hasChecksum: boolean
  contentSize: bigint | null
}

async function readHeader(queue: ByteQueue, magic: Buffer): Promise<FrameHeader> {
  const flags = await queue.exactly(1)
  const flag = flags[0] as number
  const isSingle = (flag & 0x20) !== 0
  const idBytes = [0, 1, 2, 4][flag & 3] as number
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flag >> 6] as number
  if ((flag & 8) !== 0) throw new BadZstd('uses a feature that is not known')
  const rest = await queue.exactly((isSingle ? 0 : 1) + idBytes + sizeBytes)
  const idAt = isSingle ? 0 : 1
  if (rest.subarray(idAt, idAt + idBytes).some((byte) => byte !== 0)) {
    throw new BadZstd('needs a dictionary')
  }
  const size = Buffer.alloc(8)
  rest.copy(size, 0, idAt + idBytes)
  const contentSize =
    sizeBytes === 0 ? null : size.readBigUInt64LE() + (sizeBytes === 2 ? 256n : 0n)
  const descriptor = rest[0] ?? 0
  const base = 2 ** (10 + (descriptor >> 3))
  const window = isSingle ? Number(contentSize) : base + (base / 8) * (descriptor & 7)
  if (window > MAX_WINDOW) {
    throw new BadZstd('needs a window of more than 128 MiB (zstd --long)')
  }
  return {
    bytes: Buffer.concat([magic, flags, rest]),
    hasChecksum: (flag & 4) !== 0,
    contentSize,
  }
}

/** Reads one block with its head; each is unpacked by itself, so that no more than a block's worth is ever held. */
async function readBlock(queue: ByteQueue): Promise<{ bytes: Buffer; isLast: boolean }> {
  const head = await queue.exactly(3)
  const word = head.readUIntLE(0, 3)
  const [type, size] = [(word >> 1) & 3, word >> 3]
  if (type === 3 || size > MAX_BLOCK) throw new BadZstd('is damaged')
  const body = await queue.exactly(type === 1 ? 1 : size)
  return { bytes: Buffer.concat([head, body]), isLast: (word & 1) === 1 }
}

async function* readFrame(queue: ByteQueue, magic: Buffer): AsyncGenerator<Buffer> {
  const header = await readHeader(queue, magic)
  const hash = (await createHasher()).create64()
  let out: Uint8Array[] = []
  let total = 0n
  const stream = new Decompress((piece) => out.push(piece))
  for (let before = header.bytes, isLast = false; !isLast; before = Buffer.alloc(0)) {
    const block = await readBlock(queue)
    isLast = block.isLast
    const after = Buffer.alloc(isLast ? PADDING + (header.hasChecksum ? 4 : 0) : 0)
    try {
      stream.push(Buffer.concat([before, block.bytes, after]))
    } catch {
      throw new BadZstd('is damaged')
    }
    for (const piece of out) {
      total += BigInt(piece.length)
      hash.update(piece)
      if (piece.length > 0) yield Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    }
    out = []
  }
  const isWhole = header.contentSize === null || header.contentSize === total
  const stated = header.hasChecksum ? (await queue.exactly(4)).readUInt32LE() : null
  if (!isWhole || (stated !== null && stated !== Number(hash.digest() & 0xffff_ffffn))) {
    throw new BadZstd('is damaged: what it unpacks to is not what its checksum or size says')
  }
}

/** Returns whether bytes begin like zstd data, a skippable frame included. */
export function isZstd(head: Buffer): boolean {
  if (head.length < 4) return false
  const magic = head.readUInt32LE()
  return magic === MAGIC || (magic & 0xffff_fff0) >>> 0 === SKIPPABLE
}

/** Yields what zstd data unpacks to, frame after frame, block by block. Throws BadZstd for what is damaged, cut off or too costly. */
export async function* unpackZstd(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const queue = new ByteQueue(chunks)
  for (;;) {
    const magic = await queue.upTo(4)
    if (magic.length === 0) return
    if (!isZstd(magic)) throw new BadZstd('is damaged or cut off')
    if (magic.readUInt32LE() === MAGIC) {
      yield* readFrame(queue, magic)
      continue
    }
    let left = (await queue.exactly(4)).readUInt32LE()
    while (left > 0) left -= (await queue.exactly(Math.min(left, MAX_BLOCK))).length
  }
}
