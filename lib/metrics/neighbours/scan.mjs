// Plain JavaScript, because threads load it without a TypeScript loader.

// A byte for each value of a product, and the kinds of them.
const VALUES = 256
const PAGE = 65_536

/**
 * The products of a tile, the limits of its rows and columns, and what finds the products that reach one.
 *
 * @typedef {object} Scan
 * @property {Uint8Array} products row by row
 * @property {Uint8Array} rows least product of each row that counts
 * @property {Uint8Array} columns the same of each column
 * @property {() => Uint32Array} find returns the positions of the products that reach the limit of their row or of their
 *   column, the largest products first; valid until the next call
 */

/**
 * Returns the memory of one tile of `tile` rows and columns, a multiple of 16, with a scan of it.
 *
 * @param {WebAssembly.Module} module assembled from `scan.wat`
 * @param {number} tile
 * @returns {Scan}
 */
export function openScan(module, tile) {
  const { memory, scan } =
    /** @type {{
     *   memory: WebAssembly.Memory
     *   scan: (tile: number, products: number, rows: number, columns: number, found: number) => number
     * }} */ (/** @type {unknown} */ (new WebAssembly.Instance(module).exports))
  const size = tile * tile
  const [rowsAt, columnsAt, foundAt] = [size, size + tile, size + 2 * tile]
  memory.grow(Math.ceil((foundAt + 4 * size) / PAGE))
  const products = new Uint8Array(memory.buffer, 0, size)
  const found = new Uint32Array(memory.buffer, foundAt, size)
  const sorted = new Uint32Array(size)
  const places = new Uint32Array(VALUES)
  return {
    products,
    rows: new Uint8Array(memory.buffer, rowsAt, tile),
    columns: new Uint8Array(memory.buffer, columnsAt, tile),
    find() {
      const count = scan(tile, 0, rowsAt, columnsAt, foundAt)
      places.fill(0)
      for (let k = 0; k < count; k += 1) places[products[found[k]]] += 1
      for (let value = VALUES - 1, at = 0; value >= 0; value -= 1) {
        const many = places[value]
        places[value] = at
        at += many
      }
      for (let k = 0; k < count; k += 1) {
        const value = products[found[k]]
        sorted[places[value]] = found[k]
        places[value] += 1
      }
      return sorted.subarray(0, count)
    },
  }
}
