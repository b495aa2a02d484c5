import type { CanonicalRow } from '../types'

/** A file in which the same rows stand several times, because a script appended a second run to the first. */
export interface AppendedRun {
  /** Rows of one run. */
  blockRows: number
  blocks: number
}

/**
 * Notices files that hold the same run several times: the instructions and inputs repeat block by block. Feed it all rows in order; the
 * import then offers the last block only.
 */
export class AppendedRunDetector {
  private readonly hashes: number[] = []

  add(row: CanonicalRow): void {
    this.hashes.push(hashText(row.input ?? '', hashText(row.instruction, 0)))
  }

  /** Returns the shortest block that repeats to the end, null when there is none. */
  result(): AppendedRun | null {
    const n = this.hashes.length
    // A block of one is a row over and over: duplicates, not a second run.
    for (let block = 2; block <= n / 2; block++) {
      if (n % block === 0 && this.repeats(block)) {
        return { blockRows: block, blocks: n / block }
      }
    }
    return null
  }

  private repeats(block: number): boolean {
    for (let i = block; i < this.hashes.length; i++) {
      if (this.hashes[i] !== this.hashes[i - block]) return false
    }
    return true
  }
}

/** 32-bit FNV-1a over UTF-16 units: only equality in a long series counts here. */
function hashText(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
