import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfAborted } from '@/lib/errors'
import { logSumExp } from './logsumexp'
import { contextStep } from './native-context'
import type { NativeContext } from './native-context'

/** Makes a context; given by the engine, so that this file knows nothing of models. */
export type ContextMaker = (length: number, sequences: number) => NativeContext

/** Reads prompt scores row by row, for models that the graph in exact float32 does not suit. */
export class NativeScorer {
  private context: NativeContext | null = null
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly make: ContextMaker,
    private readonly vocabSize: number,
    private readonly contextLength: number,
    private readonly batch: number,
  ) {}

  /** Returns the scores of each sequence; see BackendSession.scoreTokens. */
  async score(sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    const results: Float32Array[] = []
    for (const ids of sequences) {
      const run = this.turn.then(() => this.scoreRow(ids, signal))
      this.turn = run.catch(() => undefined)
      results.push(await run)
    }
    return results
  }

  free(): void {
    this.context?.free()
  }

  private contextFor(length: number): NativeContext {
    if (this.context && this.context.length >= length) return this.context
    this.context?.free()
    this.context = this.make(contextStep(length, this.contextLength), 1)
    return this.context
  }

  private async scoreRow(ids: Int32Array, signal?: AbortSignal): Promise<Float32Array> {
    const scores = new Float32Array(ids.length).fill(Number.NaN)
    // The last token predicts nothing that is asked for, so it is not decoded.
    const length = ids.length - 1
    if (length < 1) return scores
    const context = this.contextFor(length)
    context.clear()
    for (let start = 0; start < length; start += this.batch) {
      throwIfAborted(signal)
      const end = Math.min(length, start + this.batch)
      for (let i = start; i < end; i += 1) context.add(ids[i] as number, i, 0, true)
      const logits = context.decode()
      for (let i = start; i < end; i += 1) {
        const offset = (i - start) * this.vocabSize
        const given = logits[offset + (ids[i + 1] as number)] as number
        // The approximate sum may fall a hair below the only large term; a probability never exceeds one.
        scores[i + 1] = Math.min(0, given - logSumExp(logits, offset, this.vocabSize))
      }
      await nextTurn()
    }
    return scores
  }
}
