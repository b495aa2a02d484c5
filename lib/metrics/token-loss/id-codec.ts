// Seven bits a byte: a 31-bit number takes five.
const MOST_BYTES = 5
let scratch = Buffer.alloc(MOST_BYTES * 4_096)

/** Returns numbers from 0 to 2^31 - 1 as base64 of seven bits a byte (LEB128): two or three bytes a token id. */
export function encodeIds(ids: ArrayLike<number>): string {
  if (scratch.length < MOST_BYTES * ids.length) scratch = Buffer.alloc(MOST_BYTES * ids.length)
  let at = 0
  for (let i = 0; i < ids.length; i += 1) {
    let rest = ids[i] as number
    while (rest > 0x7f) {
      scratch[at] = (rest & 0x7f) | 0x80
      at += 1
      rest >>>= 7
    }
    scratch[at] = rest
    at += 1
  }
  return scratch.toString('base64', 0, at)
}

/** Returns the numbers that encodeIds has written. */
export function decodeIds(text: string): Int32Array {
  const ids: number[] = []
  let value = 0
  let shift = 0
  for (const byte of Buffer.from(text, 'base64')) {
    value |= (byte & 0x7f) << shift
    if (byte > 0x7f) shift += 7
    else {
      ids.push(value)
      value = 0
      shift = 0
    }
  }
  return Int32Array.from(ids)
}
