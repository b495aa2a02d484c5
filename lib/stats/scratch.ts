const FLOAT_BYTES = 8

/**
 * Memory that one piece of work after another uses: arrays of half a million numbers are slow to come by and slow to
 * collect. What is taken holds what was there before, and is valid until the next `reset`.
 */
export class Scratch {
  #buffer = new ArrayBuffer(0)
  #taken = 0

  /** Starts again, with room for all that was taken last time. */
  reset(): void {
    if (this.#taken > this.#buffer.byteLength) this.#buffer = new ArrayBuffer(this.#taken)
    this.#taken = 0
  }

  floats(n: number): Float64Array {
    const at = this.#take(n * FLOAT_BYTES)
    return at === null ? new Float64Array(n) : new Float64Array(this.#buffer, at, n)
  }

  integers(n: number): Int32Array {
    const at = this.#take(n * Int32Array.BYTES_PER_ELEMENT)
    return at === null ? new Int32Array(n) : new Int32Array(this.#buffer, at, n)
  }

  /** Where so many bytes begin, null where there is no room left. */
  #take(bytes: number): number | null {
    const at = this.#taken
    this.#taken += Math.ceil(bytes / FLOAT_BYTES) * FLOAT_BYTES
    return this.#taken <= this.#buffer.byteLength ? at : null
  }
}
