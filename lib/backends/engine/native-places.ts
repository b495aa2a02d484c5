import { setImmediate as nextTurn } from 'node:timers/promises'
import { contextStep } from './native-context'
import type { NativeContext } from './native-context'
import type { ContextMaker } from './native-score'
import type { NextToken, OpenPlaces, ReplyPlaces } from './reply-places'
import { canShare, HeldPrompts } from './shared-prefix'

/** What places in a context of llama.cpp are made with. */
export interface NativePlacesOptions {
  contextLength: number
  /** Tokens of one call. */
  batch: number
  sequences: number
  makeContext: ContextMaker
}

/**
 * The sequences of a context: each has a stream of its own. Where a model's kernels depend on the number of rows all
 * the same (`padded`, found by a comparison when the context is made), every step has the full number of rows.
 */
class NativePlaces implements ReplyPlaces {
  readonly count: number
  private readonly held: HeldPrompts

  constructor(
    private readonly context: NativeContext,
    private readonly options: NativePlacesOptions,
    private readonly padded: boolean,
    shares: boolean,
  ) {
    this.count = options.sequences
    this.held = new HeldPrompts(context, options.sequences, options.batch, shares)
  }

  makeRoom(tokens: number): boolean {
    return tokens <= this.context.length
  }

  nearest(places: readonly number[], prompt: Int32Array): number {
    return this.held.nearest(places, prompt)
  }

  async begin(place: number, prompt: Int32Array): Promise<Float32Array> {
    const { context, held } = this
    const { batch } = this.options
    let start = held.begin(place, prompt)
    for (;;) {
      const end = Math.min(prompt.length, start - (start % batch) + batch)
      for (let i = start; i < end; i += 1) {
        context.add(prompt[i] as number, i, place, i === prompt.length - 1)
      }
      const logits = context.decode()
      if (end === prompt.length) {
        held.holds(place, prompt)
        return logits
      }
      await nextTurn()
      start = end
    }
  }

  step(tokens: readonly (NextToken | null)[]): Promise<Float32Array> {
    tokens.forEach((token, place) => {
      if (token) this.context.add(token.id, token.position, place, true)
      else if (this.padded) this.context.add(0, this.held.end(place), place, false)
    })
    return Promise.resolve(this.context.decode())
  }

  free(): void {
    this.context.free()
  }
}

/** Decodes one token alone and among others, and returns whether its logits differ in any bit. */
function dependsOnRows(context: NativeContext, sequences: number): boolean {
  if (sequences === 1) return false
  const first = (rows: number) => {
    context.clear()
    // Two tokens a sequence: the second step has the shape that generation has.
    for (let position = 0; position < 2; position += 1) {
      for (let row = 0; row < rows; row += 1) {
        context.add(1 + row, position, row, position === 1 && row === 0)
      }
      if (position === 0) context.decode()
    }
    return context.decode().slice()
  }
  const alone = first(1)
  const among = first(sequences)
  context.clear()
  return alone.some((value, i) => value !== among[i])
}

/** Returns what makes places in contexts of llama.cpp. */
export function nativePlaces(options: NativePlacesOptions): OpenPlaces {
  let shares: boolean | null = null
  return async (tokens) => {
    const length = contextStep(tokens, options.contextLength)
    const context = options.makeContext(length, options.sequences)
    const padded = dependsOnRows(context, options.sequences)
    shares ??= canShare(context)
    return new NativePlaces(context, options, padded, shares)
  }
}
