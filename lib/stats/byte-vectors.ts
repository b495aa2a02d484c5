/** Coordinates that one step of the product reads; vectors are filled up with zeros to a multiple of them. */
const LANES = 16
const PAGE = 65_536
/** Room for the other vector, for as many coordinates as any model has. */
const QUERY_BYTES = PAGE
/** Products that are computed before they are copied out: a millisecond. */
const BLOCK_ROWS = 16_384
const FIRST_FREE = QUERY_BYTES + BLOCK_ROWS * 4

const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const constant = (value: number) => [0x41, value]
const simd = (code: number, ...rest: number[]) => [0xfd, ...leb(code), ...rest]
const load = (offset: number) => simd(0x00, 0, offset)
const section = (id: number, ...body: number[]) => [id, ...leb(body.length), ...body]
const [ADD, SUB, EQZ, LESS, END, BRANCH, BRANCH_IF] = [0x6a, 0x6b, 0x45, 0x49, 0x0b, 0x0c, 0x0d]
const [BLOCK, LOOP] = [
  [0x02, 0x40],
  [0x03, 0x40],
]
const [I32, V128] = [0x7f, 0x7b]
const [LOW_HALF, HIGH_HALF, DOT, ADD_LANES, LANE] = [0x87, 0x88, 0xba, 0xae, 0x1b]

/** Whole numbers as WebAssembly writes them. */
function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]
}

/** Adds the products of eight coordinates to the sums of the row. */
const eight = (half: number, offset: number) => [
  ...get(SUMS),
  ...get(BYTES),
  ...simd(half),
  ...get(AT),
  ...load(offset),
  ...simd(DOT),
  ...simd(ADD_LANES),
  ...set(SUMS),
]

// Parameters and locals of the one function.
const [VECTORS, ROWS, WIDTH, OUT, LAST, AT, SUMS, BYTES] = [0, 1, 2, 3, 4, 5, 6, 7]

/** products(vectors, rows, width, out): the sum of the products of each row of bytes with the 16-bit vector at address 0. */
function wasm(): Uint8Array<ArrayBuffer> {
  const body = [
    [2, 2, I32, 2, V128],
    BLOCK,
    LOOP,
    [...get(ROWS), EQZ, BRANCH_IF, 1],
    [...simd(0x0c, ...new Uint8Array(16)), ...set(SUMS)],
    [...get(VECTORS), ...get(WIDTH), ADD, ...set(LAST)],
    [...constant(0), ...set(AT)],
    LOOP,
    [...get(VECTORS), ...load(0), ...set(BYTES)],
    eight(LOW_HALF, 0),
    eight(HIGH_HALF, LANES),
    [...get(AT), ...constant(2 * LANES), ADD, ...set(AT)],
    [...get(VECTORS), ...constant(LANES), ADD, ...set(VECTORS)],
    [...get(VECTORS), ...get(LAST), LESS, BRANCH_IF, 0, END],
    get(OUT),
    [0, 1, 2, 3].flatMap((lane) => [...get(SUMS), ...simd(LANE, lane)]),
    [ADD, ADD, ADD, 0x36, 2, 0],
    [...get(OUT), ...constant(4), ADD, ...set(OUT)],
    [...get(ROWS), ...constant(1), SUB, ...set(ROWS)],
    [BRANCH, 0, END, END, END],
  ].flat()
  const parts = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, 1, 0x60, 4, I32, I32, I32, I32, 0),
    section(3, 1, 0),
    // Memory that may grow to 4 GB: eleven million vectors of 384 coordinates.
    section(5, 1, 1, ...leb(FIRST_FREE / PAGE), ...leb(PAGE)),
    section(7, 2, 1, 0x6d, 2, 0, 1, 0x70, 0, 0),
    section(10, 1, ...leb(body.length), ...body),
  ]
  return Uint8Array.from(parts.flat())
}

type Products = (at: number, rows: number, width: number, out: number) => void

let compiled: WebAssembly.Module | null = null

/** Vectors with a byte a coordinate, which lie where WebAssembly multiplies sixteen coordinates at a time. */
export class ByteVectors {
  readonly #memory: WebAssembly.Memory
  readonly #products: Products
  #free = FIRST_FREE

  constructor() {
    compiled ??= new WebAssembly.Module(wasm())
    const { m, p } = new WebAssembly.Instance(compiled).exports
    this.#memory = m as WebAssembly.Memory
    this.#products = p as Products
  }

  /** Returns the bytes from one vector of d coordinates to the next. */
  static widthOf(d: number): number {
    return Math.ceil(d / LANES) * LANES
  }

  /** Returns the address of room for vectors, all zero. */
  reserve(rows: number, d: number): number {
    const at = this.#free
    this.#free += rows * ByteVectors.widthOf(d)
    const missing = this.#free - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
    return at
  }

  /** Returns vectors for writing, until more room is reserved. */
  bytes(at: number, rows: number, d: number): Int8Array {
    return new Int8Array(this.#memory.buffer, at, rows * ByteVectors.widthOf(d))
  }

  /** Returns the sum of the products of each vector with another one, which must fit 32 bits. */
  products(at: number, rows: number, other: Int16Array): Int32Array {
    const sums = new Int32Array(rows)
    const width = ByteVectors.widthOf(other.length)
    const { buffer } = this.#memory
    new Int16Array(buffer, 0, width).fill(0).set(other)
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const block = Math.min(BLOCK_ROWS, rows - from)
      this.#products(at + from * width, block, width, QUERY_BYTES)
      sums.set(new Int32Array(buffer, QUERY_BYTES, block), from)
    }
    return sums
  }
}
