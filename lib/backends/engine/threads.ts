/** Measures how long a fixed piece of work takes with this many threads, in milliseconds. */
export type TimeWork = (threads: number) => number

// On an idle machine a measurement costs under 1 % of the time at this distance.
const SHORTEST_MS = 5_000
const LONGEST_MS = 20_000
// Another count must be clearly faster, or noise would move it to and fro.
const GAIN = 0.9

/**
 * Chooses the number of compute threads while the work goes on. The library's threads wait for each other hundreds of
 * times a token by spinning: when other programs take one of their processors, fewer threads are faster by far (ten
 * times, measured), and when they are gone, more are. The numbers computed do not depend on the count.
 */
export class ThreadGovernor {
  private threads: number
  private next = Number.NEGATIVE_INFINITY
  private interval = SHORTEST_MS

  constructor(
    private readonly most: number,
    private readonly time: TimeWork | null,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.threads = most
  }

  /** Returns the count to use now; measures first when it is time to. */
  current(): number {
    if (this.time && this.most > 1 && this.now() >= this.next) {
      const before = this.threads
      this.threads = this.choose(this.time)
      // While nothing changes there is less and less need to look.
      const changed = this.threads !== before
      this.interval = changed ? SHORTEST_MS : Math.min(LONGEST_MS, 2 * this.interval)
      this.next = this.now() + this.interval
    }
    return this.threads
  }

  private choose(time: TimeWork): number {
    let best = this.threads
    let bestTime = time(best)
    const fewer = Math.max(1, best >> 1)
    const more = Math.min(this.most, best * 2)
    for (const count of [fewer, more]) {
      if (count === this.threads) continue
      const needed = time(count)
      if (needed < GAIN * bestTime) {
        best = count
        bestTime = needed
      }
    }
    return best
  }
}
