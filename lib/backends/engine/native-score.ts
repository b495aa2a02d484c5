import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfAborted } from '@/lib/errors'
import { contextStep } from './native-context'
import type { NativeContext } from './native-context'
import { packRows } from './packing'
import type { Pack } from './packing'
import { RowLogSumExp } from './simd-logsumexp'

// Rows up to this length are decoded together; longer ones fill the processor alone.
const PACKED_LENGTH = 128
const PACKED_ROWS = 4

/** Makes a context; given by the engine, so that this file knows nothing of models. */
export type ContextMaker = (length: number, sequences: number) => NativeContext

/** Reads prompt scores through one short and one long context, which are made when first needed. */
export class NativeScorer {
  private short: NativeContext | null = null
  private long: NativeContext | null = null
  private turn: Promise<unknown> = Promise.resolve()
  private readonly sums: RowLogSumExp

  constructor(
    private readonly make: ContextMaker,
    private readonly vocabSize: number,
    private readonly contextLength: number,
    private readonly batch: number,
    /** Reads no scores, for measuring what the scores cost. */
    private readonly decodeOnly = false,
  ) {
    this.sums = new RowLogSumExp(vocabSize)
  }

  /** Returns the scores of each sequence; see BackendSession.scoreTokens. */
  async score(sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    const results = sequences.map((ids) => new Float32Array(ids.length).fill(Number.NaN))
    // The last token predicts nothing that is asked for, so it is not decoded.
    const lengths = sequences.map((ids) => ids.length - 1)
    const limits = { tokens: this.batch, rows: PACKED_ROWS, longest: PACKED_LENGTH }
    for (const pack of packRows(lengths, limits)) {
      const run = this.turn.then(async () => {
        throwIfAborted(signal)
        await this.scorePack(pack, sequences, results, signal)
      })
      this.turn = run.catch(() => undefined)
      await run
      await nextTurn()
    }
    return results
  }

  free(): void {
    this.short?.free()
    this.long?.free()
  }

  private contextFor(pack: Pack): NativeContext {
    if (pack.length <= PACKED_LENGTH) {
      this.short ??= this.make(2 * PACKED_LENGTH, PACKED_ROWS)
      return this.short
    }
    if (!this.long || this.long.length < pack.length) {
      this.long?.free()
      this.long = this.make(contextStep(pack.length, this.contextLength), 1)
    }
    return this.long
  }

  private async scorePack(
    pack: Pack,
    sequences: readonly Int32Array[],
    results: readonly Float32Array[],
    signal?: AbortSignal,
  ): Promise<void> {
    const context = this.contextFor(pack)
    context.clear()
    // A pack of several rows fits one call; a long row alone takes as many calls as it needs.
    for (let start = 0; start < pack.length; start += this.batch) {
      const end = Math.min(pack.length, start + this.batch)
      pack.rows.forEach((row, sequence) => {
        const ids = sequences[row] as Int32Array
        for (let i = start; i < end; i += 1) {
          const real = i < ids.length - 1
          context.add(real ? (ids[i] as number) : 0, i, sequence, real)
        }
      })
      const logits = context.decode()
      if (!this.decodeOnly) this.read(pack, start, end, logits, sequences, results)
      if (end < pack.length) {
        await nextTurn()
        throwIfAborted(signal)
      }
    }
  }

  private read(
    pack: Pack,
    start: number,
    end: number,
    logits: Float32Array,
    sequences: readonly Int32Array[],
    results: readonly Float32Array[],
  ): void {
    let offset = 0
    for (const row of pack.rows) {
      const ids = sequences[row] as Int32Array
      const scores = results[row] as Float32Array
      for (let i = start; i < Math.min(end, ids.length - 1); i += 1) {
        const given = logits[offset + (ids[i + 1] as number)] as number
        // The approximate sum may fall a hair below the only large term; a probability never exceeds one.
        scores[i + 1] = Math.min(0, given - this.sums.of(logits, offset))
        offset += this.vocabSize
      }
    }
  }
}
