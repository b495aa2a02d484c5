import type { NativeContext } from './native-context'

/** Returns how many tokens two prompts have in common at their beginning. */
export function common(a: Int32Array, b: Int32Array): number {
  const most = Math.min(a.length, b.length)
  let count = 0
  while (count < most && a[count] === b[count]) count += 1
  return count
}

/**
 * Returns from where a prompt has to be computed when its first `held` tokens are there, calls taking `batch` tokens. Products
 * of one token alone round otherwise than those of several, so a token is alone now only where it would be without sharing.
 */
export function firstToCompute(length: number, held: number, batch: number): number {
  const from = Math.min(held, length - 1)
  const start = from - (from % batch)
  const end = Math.min(length, start + batch)
  return Math.max(start, Math.min(from, end - 2))
}

/** What the sequences of a context hold of the prompts computed last, so that prompts which begin alike share that part. */
export class HeldPrompts {
  private readonly held: Int32Array[]

  constructor(
    readonly context: NativeContext,
    sequences: number,
    private readonly batch: number,
    private readonly shares: boolean,
  ) {
    this.held = Array.from({ length: sequences }, () => new Int32Array(0))
  }

  /** Returns the one of these sequences that holds most of a prompt; of several, the one that has least to lose. */
  nearest(sequences: readonly number[], prompt: Int32Array): number {
    const counted = sequences.map((sequence) => {
      const held = this.held[sequence] as Int32Array
      return { sequence, shared: common(held, prompt), length: held.length }
    })
    counted.sort((a, b) => b.shared - a.shared || a.length - b.length)
    return counted[0]?.sequence as number
  }

  /** Forgets what a sequence holds beyond the beginning of a prompt; returns from where the prompt has to be computed. */
  begin(sequence: number, prompt: Int32Array): number {
    const held = common(this.held[sequence] as Int32Array, prompt)
    this.held[sequence] = new Int32Array(0)
    const from = this.shares ? firstToCompute(prompt.length, held, this.batch) : 0
    if (from > 0 && this.context.forget(sequence, from)) return from
    this.context.forget(sequence)
    return 0
  }

  /** Notes that a sequence holds a whole prompt now. */
  holds(sequence: number, prompt: Int32Array): void {
    // A last token that was computed alone is no part of what others share.
    const isAlone = prompt.length % this.batch === 1
    this.held[sequence] = isAlone ? prompt.subarray(0, -1) : prompt
  }

  /** Forgets what a sequence holds beyond its prompt; returns the position after it, where padding may stand. */
  end(sequence: number): number {
    const { length } = this.held[sequence] as Int32Array
    const hasRoom = this.shares && length > 0 && length < this.context.length
    if (hasRoom && this.context.forget(sequence, length)) return length
    this.held[sequence] = new Int32Array(0)
    this.context.forget(sequence)
    return 0
  }
}

// Long enough that each part of it fills the places of a kernel unevenly.
const PROMPT = Int32Array.from({ length: 23 }, (_, i) => 1 + ((7 * i) % 29))
const PARTS = [6, 13, 20]

/** Returns whether a prompt has the same logits, to the last bit, when its beginning was computed before. Clears the context. */
export function canShare(context: NativeContext): boolean {
  const logits = (from: number, to = PROMPT.length) => {
    for (let i = from; i < to; i += 1) {
      context.add(PROMPT[i] as number, i, 0, i === PROMPT.length - 1)
    }
    return context.decode()
  }
  context.clear()
  const whole = logits(0).slice()
  const same = PARTS.every((part) => {
    if (!context.forget(0, part)) return false
    // The part itself is computed alone as well, so that both ends of the cut are tried.
    const rest = logits(part).slice()
    context.clear()
    logits(0, part)
    const parts = logits(part)
    return whole.every((value, i) => value === rest[i] && value === parts[i])
  })
  context.clear()
  return same
}
