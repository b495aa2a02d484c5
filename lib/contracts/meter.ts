import { z } from 'zod'
import { numbers } from './fields'

/** What backends did for a job or a run. Tokens count only what was sent: answers of the cache cost nothing. */
export const meterSchema = z.object({
  /** Requests sent, repeats included. */
  requests: z.number(),
  /** Inputs answered by the cache. */
  cachedRequests: z.number(),
  /** Requests sent again after a failure. */
  retries: z.number(),
  ...numbers('promptTokens', 'completionTokens', 'scoredTokens', 'embeddedTokens'),
})
export type Meter = z.infer<typeof meterSchema>

/** Returns a meter that has counted nothing. */
export function emptyMeter(): Meter {
  return {
    requests: 0,
    cachedRequests: 0,
    retries: 0,
    promptTokens: 0,
    completionTokens: 0,
    scoredTokens: 0,
    embeddedTokens: 0,
  }
}

const KEYS = Object.keys(emptyMeter()) as (keyof Meter)[]

/** Returns the sum of meters; entries that an older record lacks count as zero. */
export function addMeters(...meters: readonly Partial<Meter>[]): Meter {
  const sum = emptyMeter()
  for (const meter of meters) for (const key of KEYS) sum[key] += meter[key] ?? 0
  return sum
}

/** Returns all tokens of a meter, whatever was done with them. */
export function tokensOf(meter: Partial<Meter>): number {
  const { promptTokens = 0, completionTokens = 0, scoredTokens = 0, embeddedTokens = 0 } = meter
  return promptTokens + completionTokens + scoredTokens + embeddedTokens
}

/** Optional part of every backend's configuration. */
export const pricesSchema = z.object({
  promptPerMillion: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('Price of a million input tokens: prompts, scored texts, embedded texts.'),
  completionPerMillion: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('Price of a million output tokens.'),
  currency: z.string().max(8).default('USD').describe('Currency of the prices, for example USD.'),
})
export type Prices = z.infer<typeof pricesSchema>

/** An amount of money. */
export interface Cost {
  amount: number
  currency: string
}

/**
 * Returns what a meter's tokens cost, null when no price is known. Scored and embedded tokens are sent, not written, so
 * they cost what prompt tokens cost.
 */
export function costOf(meter: Partial<Meter>, prices: Prices | null): Cost | null {
  const { promptPerMillion = null, completionPerMillion = null } = prices ?? {}
  if (!prices || (promptPerMillion === null && completionPerMillion === null)) return null
  const { promptTokens = 0, completionTokens = 0, scoredTokens = 0, embeddedTokens = 0 } = meter
  const sent = promptTokens + scoredTokens + embeddedTokens
  const amount =
    (sent * (promptPerMillion ?? 0) + completionTokens * (completionPerMillion ?? 0)) / 1e6
  return { amount, currency: prices.currency }
}

/** What a job may use up, over all its attempts; null = no limit. At the limit it pauses with the reason. */
export const budgetSchema = z.object({
  tokens: z.number().int().positive().nullable().default(null),
  /** In the currency of the backend's prices. */
  money: z.number().positive().nullable().default(null),
  /** Seconds of running. */
  seconds: z.number().positive().nullable().default(null),
})
export type Budget = z.infer<typeof budgetSchema>

/** What a job has used up so far. */
export interface Spent {
  tokens: number
  money: number | null
  seconds: number
}

const whole = (value: number) => Math.round(value).toLocaleString('en-GB')

/** Returns the limit that is reached, in words ("cost budget of 2"), or null. */
export function budgetReached(budget: Budget | null, spent: Spent): string | null {
  if (!budget) return null
  const { tokens, money, seconds } = budget
  if (tokens !== null && spent.tokens >= tokens) return `token budget of ${whole(tokens)}`
  if (money !== null && spent.money !== null && spent.money >= money)
    return `cost budget of ${money}`
  if (seconds !== null && spent.seconds >= seconds) return `max runtime of ${whole(seconds)} s`
  return null
}
