import type { JobProgress } from '@/lib/contracts/job'
import {
  addMeters,
  budgetReached,
  costOf,
  emptyMeter,
  tokensOf,
  type Budget,
  type Cost,
  type Meter,
  type Prices,
  type Spent,
} from '@/lib/contracts/meter'
import { RateMeter } from './handlers/compute/rate'
import { pauseError } from './pause'
import type { MeteredSession } from './types'

/** What a job had used up when this attempt began, and what it may use. */
export interface MeterStart {
  progress: Pick<JobProgress, 'meter' | 'cost' | 'requestErrors' | 'activeMs'>
  budget: Budget | null
}

interface Metered {
  session: MeteredSession
  prices: Prices | null
}

function sumCosts(costs: readonly (Cost | null)[]): Cost | null {
  const known = costs.filter((cost): cost is Cost => cost !== null)
  const first = known[0]
  // Amounts of two currencies have no sum; none is better than a wrong one.
  if (!first || known.some((cost) => cost.currency !== first.currency)) return null
  return { amount: known.reduce((sum, { amount }) => sum + amount, 0), currency: first.currency }
}

/** Counts what a job uses of all its backends, over all its attempts, and says when its budget is used up. */
export class JobMeter {
  private readonly used: Metered[] = []
  private readonly rate = new RateMeter()
  private readonly startedAt: number
  private sampled = { inFlight: 0, waiting: 0 }

  constructor(
    private readonly start: MeterStart,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.startedAt = now()
    this.rate.add(0, this.startedAt)
  }

  /** Counts a session that was handed out to the job. */
  add(session: MeteredSession, prices: Prices | null): void {
    this.used.push({ session, prices })
  }

  /**
   * Notes how many requests are on their way; call it at even times. Progress is mostly written when a batch has ended,
   * and would always show an idle backend.
   */
  sample(): void {
    this.sampled = this.load()
  }

  /** Whether a backend works for the job, so that its numbers change without the handler saying so. */
  get active(): boolean {
    return this.used.some(({ session }) => session.load.inFlight > 0)
  }

  /** Throws the error that pauses the job when its budget is used up; the session calls it before each request. */
  readonly guard = (): void => {
    const reached = this.reached()
    if (reached !== null) throw this.error(reached)
  }

  /** Returns the budget that is used up, in words, or null. */
  reached(): string | null {
    return this.start.budget === null ? null : budgetReached(this.start.budget, this.spent())
  }

  /** Returns the budget of time that is used up, in words, or null; for work that sends no requests. */
  overTime(): string | null {
    const seconds = this.start.budget?.seconds ?? null
    if (seconds === null) return null
    return budgetReached({ seconds, tokens: null, money: null }, this.spent())
  }

  /** Returns the error that pauses a job at its budget. */
  error(reached: string): Error {
    return pauseError(
      'budget',
      `The ${reached} is used up. What was computed stays; resume with a higher budget to go on.`,
    )
  }

  /** Returns the parts of the job's progress that it knows. */
  progress(): Pick<
    JobProgress,
    'meter' | 'cost' | 'tokensPerSecond' | 'inFlight' | 'waiting' | 'requestErrors' | 'activeMs'
  > {
    const now = this.now()
    const fresh = this.fresh()
    this.rate.add(tokensOf(fresh), now)
    const rate = this.rate.perSecond()
    const load = this.load()
    return {
      meter: addMeters(this.start.progress.meter ?? emptyMeter(), fresh),
      cost: this.cost(),
      tokensPerSecond: rate,
      inFlight: Math.max(load.inFlight, this.sampled.inFlight),
      waiting: Math.max(load.waiting, this.sampled.waiting),
      requestErrors: this.requestErrors(),
      activeMs: this.activeMs(now),
    }
  }

  private load(): { inFlight: number; waiting: number } {
    const sum = { inFlight: 0, waiting: 0 }
    for (const { session } of this.used) {
      sum.inFlight += session.load.inFlight
      sum.waiting += session.load.waiting
    }
    return sum
  }

  private fresh(): Meter {
    return addMeters(...this.used.map(({ session }) => session.meter))
  }

  private cost(): Cost | null {
    const earlier = this.start.progress.cost ?? null
    return sumCosts([
      earlier,
      ...this.used.map(({ session, prices }) => costOf(session.meter, prices)),
    ])
  }

  private activeMs(now: number): number {
    return (this.start.progress.activeMs ?? 0) + (now - this.startedAt)
  }

  private spent(): Spent {
    return {
      tokens: tokensOf(this.start.progress.meter ?? {}) + tokensOf(this.fresh()),
      money: this.cost()?.amount ?? null,
      seconds: this.activeMs(this.now()) / 1000,
    }
  }

  private requestErrors(): JobProgress['requestErrors'] {
    const all = { ...this.start.progress.requestErrors }
    for (const { session } of this.used) {
      for (const [reason, { count, example }] of Object.entries(session.requestErrors)) {
        all[reason] = { count: (all[reason]?.count ?? 0) + count, example }
      }
    }
    return all
  }
}
