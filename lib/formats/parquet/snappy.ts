/** How far back a copy may reach. */
const MOST_BACK = 0xffff
// Entries of the table; more would not stay in the first cache of a processor.
const TABLE_BITS = 14
/** Bytes at the end in which no copy begins, so that four bytes can be read at once. */
const MARGIN = 15
/** Below this many bytes a loop is quicker than a call that copies. */
const FEW = 64

const table = new Int32Array(1 << TABLE_BITS)
let buffer = new Uint8Array(0)
let output = new DataView(buffer.buffer)

function slotOf(value: number): number {
  return Math.imul(value, 0x1e35a7bd) >>> (32 - TABLE_BITS)
}

function writeLiteral(
  input: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  start: number,
): number {
  let at = start
  const last = to - from - 1
  if (last < 60) buffer[at++] = last << 2
  else {
    const bytes = last < 0x100 ? 1 : last < 0x10000 ? 2 : last < 0x1000000 ? 3 : 4
    buffer[at++] = (59 + bytes) << 2
    for (let k = 0; k < bytes; k++) buffer[at++] = (last >>> (8 * k)) & 0xff
  }
  // Four bytes at a time may write beyond the end, where what comes next is written over it.
  if (last >= FEW || to + 4 > input.length) buffer.set(input.subarray(from, to), at)
  else for (let k = 0; k <= last; k += 4) output.setInt32(at + k, view.getInt32(from + k))
  return at + last + 1
}

function writeCopy(offset: number, length: number, start: number): number {
  let at = start
  for (let left = length; left > 0;) {
    // No piece may be shorter than four bytes.
    const piece = left > 64 ? (left < 68 ? 60 : 64) : left
    if (piece < 12 && offset < 2048) {
      buffer[at++] = 1 | ((piece - 4) << 2) | ((offset >>> 8) << 5)
      buffer[at++] = offset & 0xff
    } else {
      buffer[at++] = 2 | ((piece - 1) << 2)
      buffer[at++] = offset & 0xff
      buffer[at++] = offset >>> 8
    }
    left -= piece
  }
  return at
}

function writeBytes(input: Uint8Array, start: number): number {
  const view = new DataView(input.buffer, input.byteOffset, input.length)
  const end = input.length
  const limit = end - MARGIN
  table.fill(0)
  let at = start
  let literal = 0
  // Texts without repeats are gone through in growing steps.
  let skip = 32
  for (let ip = 1; ip < limit;) {
    const value = view.getInt32(ip, true)
    const slot = slotOf(value)
    const candidate = table[slot] as number
    table[slot] = ip
    if (ip - candidate > MOST_BACK || view.getInt32(candidate, true) !== value) {
      ip += skip++ >>> 5
      continue
    }
    if (ip > literal) at = writeLiteral(input, view, literal, ip, at)
    let length = 4
    while (
      ip + length + 4 <= end &&
      view.getInt32(candidate + length) === view.getInt32(ip + length)
    )
      length += 4
    while (ip + length < end && input[candidate + length] === input[ip + length]) length++
    at = writeCopy(ip - candidate, length, at)
    ip += length
    literal = ip
    skip = 32
    if (ip < limit) table[slotOf(view.getInt32(ip - 1, true))] = ip - 1
  }
  return literal < end ? writeLiteral(input, view, literal, end, at) : at
}

/**
 * Returns bytes packed with Snappy, valid until the next call. The library's own takes about three times as long, most of it for a buffer that grows
 * byte by byte; this one writes into one that is large enough for anything.
 */
export function snappyCompress(input: Uint8Array): Uint8Array {
  const most = 32 + input.length + Math.ceil(input.length / 6)
  if (buffer.length < most) {
    buffer = new Uint8Array(most)
    output = new DataView(buffer.buffer)
  }
  let at = 0
  let length = input.length
  for (; length >= 0x80; length >>>= 7) buffer[at++] = (length & 0x7f) | 0x80
  buffer[at++] = length
  return buffer.subarray(0, writeBytes(input, at))
}
