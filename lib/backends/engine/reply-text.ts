import { StringDecoder } from 'node:string_decoder'
import type { GeneratedToken } from '../types'

/** Collects a reply from the bytes of its tokens, and sees when a stop text appears. */
export class ReplyText {
  private readonly decoder = new StringDecoder('utf8')
  private readonly starts: number[] = []
  private text = ''
  private stopAt: number | null = null

  constructor(private readonly stops: readonly string[]) {}

  /** Adds a token's bytes; returns true when a stop text is complete. */
  add(bytes: Uint8Array): boolean {
    this.starts.push(this.text.length)
    const before = this.text.length
    this.text += this.decoder.write(Buffer.from(bytes))
    for (const stop of this.stops) {
      if (stop === '') continue
      const at = this.text.indexOf(stop, Math.max(0, before - stop.length + 1))
      if (at >= 0 && (this.stopAt === null || at < this.stopAt)) this.stopAt = at
    }
    return this.stopAt !== null
  }

  /** Returns the text so far, cut before the stop text; an unfinished character becomes U+FFFD. */
  finish(): string {
    if (this.stopAt !== null) return this.text.slice(0, this.stopAt)
    return this.text + this.decoder.end()
  }

  /** Returns the tokens that begin before the stop text. */
  kept(tokens: GeneratedToken[]): GeneratedToken[] {
    const end = this.stopAt
    if (end === null) return tokens
    return tokens.filter((_, index) => (this.starts[index] ?? 0) < end)
  }
}
