/** ggml's type numbers that this program can expand. */
export const GGML_TYPE = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q5_0: 6,
  Q5_1: 7,
  Q8_0: 8,
  Q4_K: 12,
  Q5_K: 13,
  Q6_K: 14,
  BF16: 30,
} as const

/** How a type lies in memory: blocks of `entries` weights in `bytes` bytes, written out as float32 by `expand`. */
export interface BlockType {
  entries: number
  bytes: number
  expand(data: Uint8Array, view: DataView, at: number, out: Float32Array, to: number): void
}

// Weights of a simple block and of a super-block, fixed by ggml.
const BLOCK = 32
const SUPER = 256

const halves = new Float32Array(65_536)
for (let bits = 0; bits < halves.length; bits += 1) {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1_023
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 0) halves[bits] = sign * fraction * 2 ** -24
  else if (exponent === 31) halves[bits] = fraction === 0 ? sign * Infinity : Number.NaN
  else halves[bits] = sign * (1 + fraction / 1_024) * 2 ** (exponent - 15)
}

/** Returns the value of a half-precision number from its bits. */
export function half(bits: number): number {
  return halves[bits] as number
}

const round = Math.fround
const shared = new Float32Array(1)
const sharedBits = new Uint32Array(shared.buffer)

function bfloat(bits: number): number {
  sharedBits[0] = bits << 16
  return shared[0] as number
}

function plain(bytes: number, read: (view: DataView, at: number) => number): BlockType {
  return {
    entries: 1,
    bytes,
    expand: (_data, view, at, out, to) => {
      out[to] = read(view, at)
    },
  }
}

/** Four-bit codes: the low halves of 16 bytes are the first 16 weights, the high halves the others. */
function nibbles(five: boolean, offset: boolean): BlockType {
  const scales = offset ? 4 : 2
  const bits = five ? 4 : 0
  const middle = five ? 16 : 8
  return {
    entries: BLOCK,
    bytes: scales + bits + BLOCK / 2,
    expand(data, view, at, out, to) {
      const d = half(view.getUint16(at, true))
      const m = offset ? half(view.getUint16(at + 2, true)) : 0
      const high = five ? view.getUint32(at + scales, true) : 0
      const codes = at + scales + bits
      for (let j = 0; j < BLOCK / 2; j += 1) {
        const byte = data[codes + j] as number
        let low = byte & 15
        let top = byte >> 4
        if (five) {
          low |= ((high >>> j) & 1) << 4
          top |= ((high >>> (j + BLOCK / 2)) & 1) << 4
        }
        out[to + j] = offset ? round(round(d * low) + m) : d * (low - middle)
        out[to + j + BLOCK / 2] = offset ? round(round(d * top) + m) : d * (top - middle)
      }
    },
  }
}

const q8_0: BlockType = {
  entries: BLOCK,
  bytes: 2 + BLOCK,
  expand(_data, view, at, out, to) {
    const d = half(view.getUint16(at, true))
    for (let j = 0; j < BLOCK; j += 1) out[to + j] = d * view.getInt8(at + 2 + j)
  },
}

/** Six-bit scale and minimum of part `j` of a super-block, packed in 12 bytes. */
function scaleAndMinimum(data: Uint8Array, at: number, j: number): [number, number] {
  const byte = (i: number) => data[at + i] as number
  if (j < 4) return [byte(j) & 63, byte(j + 4) & 63]
  return [
    (byte(j + 4) & 15) | ((byte(j - 4) >> 6) << 4),
    (byte(j + 4) >> 4) | ((byte(j) >> 6) << 4),
  ]
}

/** Super-blocks of eight parts with a scale and a minimum each; with `five`, a fifth bit stands apart. */
function superNibbles(five: boolean): BlockType {
  const codesAt = 16 + (five ? SUPER / 8 : 0)
  return {
    entries: SUPER,
    bytes: codesAt + SUPER / 2,
    expand(data, view, at, out, to) {
      const d = half(view.getUint16(at, true))
      const least = half(view.getUint16(at + 2, true))
      for (let part = 0; part < 8; part += 1) {
        const [scale, minimum] = scaleAndMinimum(data, at + 4, part)
        const step = round(d * scale)
        const base = round(least * minimum)
        const codes = at + codesAt + (part >> 1) * BLOCK
        const shift = (part & 1) * 4
        for (let l = 0; l < BLOCK; l += 1) {
          let code = ((data[codes + l] as number) >> shift) & 15
          if (five) code |= (((data[at + 16 + l] as number) >> part) & 1) << 4
          out[to + part * BLOCK + l] = round(round(step * code) - base)
        }
      }
    },
  }
}

const q6_K: BlockType = {
  entries: SUPER,
  bytes: SUPER / 2 + SUPER / 4 + SUPER / 16 + 2,
  expand(data, view, at, out, to) {
    const d = half(view.getUint16(at + 208, true))
    for (let i = 0; i < SUPER; i += 1) {
      const group = i >> 7
      const inside = i & 127
      const quarter = inside >> 5
      const l = inside & 31
      const low = data[at + group * 64 + l + (quarter & 1) * 32] as number
      const high = data[at + 128 + group * 32 + l] as number
      const code = ((low >> (quarter >> 1 ? 4 : 0)) & 15) | (((high >> (2 * quarter)) & 3) << 4)
      const scale = view.getInt8(at + 192 + group * 8 + quarter * 2 + (l >> 4))
      out[to + i] = round(d * scale) * (code - 32)
    }
  },
}

/** Types that can be written out as float32, by type number. Layouts: ggml-quants of the pinned release. */
export const BLOCK_TYPES: ReadonlyMap<number, BlockType> = new Map([
  [GGML_TYPE.F32, plain(4, (view, at) => view.getFloat32(at, true))],
  [GGML_TYPE.F16, plain(2, (view, at) => half(view.getUint16(at, true)))],
  [GGML_TYPE.BF16, plain(2, (view, at) => bfloat(view.getUint16(at, true)))],
  [GGML_TYPE.Q4_0, nibbles(false, false)],
  [GGML_TYPE.Q4_1, nibbles(false, true)],
  [GGML_TYPE.Q5_0, nibbles(true, false)],
  [GGML_TYPE.Q5_1, nibbles(true, true)],
  [GGML_TYPE.Q8_0, q8_0],
  [GGML_TYPE.Q4_K, superNibbles(false)],
  [GGML_TYPE.Q5_K, superNibbles(true)],
  [GGML_TYPE.Q6_K, q6_K],
])

/** Returns the weights that `data` holds, as float32. `data` holds whole blocks of the type. */
export function expandBlocks(type: BlockType, data: Uint8Array): Float32Array {
  const blocks = data.length / type.bytes
  const out = new Float32Array(blocks * type.entries)
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  for (let block = 0; block < blocks; block += 1) {
    type.expand(data, view, block * type.bytes, out, block * type.entries)
  }
  return out
}
