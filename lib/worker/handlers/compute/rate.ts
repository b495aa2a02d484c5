// Long enough to smooth batches, short enough to follow a change of load.
const WINDOW_MS = 60_000

/** Speed over the last minute. */
export class RateMeter {
  private readonly samples: { at: number; done: number }[] = []

  /** Notes how much is done at a time, in milliseconds. */
  add(done: number, at: number): void {
    this.samples.push({ at, done })
    while (this.samples.length > 2 && (this.samples[0]?.at ?? at) < at - WINDOW_MS)
      this.samples.shift()
  }

  /** Returns units a second, null before two moments are known. */
  perSecond(): number | null {
    const first = this.samples[0]
    const last = this.samples.at(-1)
    if (!first || !last || last.at <= first.at) return null
    return ((last.done - first.done) * 1000) / (last.at - first.at)
  }
}
