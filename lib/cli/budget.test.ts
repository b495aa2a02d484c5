import { describe, expect, it } from 'vitest'
import { emptyProgress, type Job } from '@/lib/contracts/job'
import { readBudget } from './budget'
import { jobFacts } from '@/lib/contracts/job-text'

describe('readBudget', () => {
  it('tells a new budget from none and from nothing said', () => {
    expect(readBudget({})).toBeUndefined()
    expect(readBudget({ budget: false, budgetTokens: '5' })).toBeNull()
    expect(readBudget({ budgetTokens: '1000.2', budgetMinutes: '2' })).toEqual({
      tokens: 1001,
      money: null,
      seconds: 120,
    })
    expect(() => readBudget({ budgetMoney: 'much' })).toThrow('--budget-money takes a number')
    expect(() => readBudget({ budgetTokens: '0' })).toThrow('above 0')
  })
})

describe('jobFacts', () => {
  it('says what a job does and what it used', () => {
    const progress = emptyProgress()
    Object.assign(progress, { done: 1_200, total: 5_000, ratePerSecond: 31, etaMs: 62_000 })
    Object.assign(progress, { inFlight: 4, waiting: 9, cost: { amount: 0.5, currency: 'EUR' } })
    progress.meter.promptTokens = 40_000
    progress.meter.retries = 3
    progress.requestErrors = { rate_limit: { count: 3, example: '' } }
    const job = { state: 'running', progress, startedAt: 1, finishedAt: null } as Job
    expect(jobFacts(job, { requests: true })).toBe(
      '1,200 of 5,000 rows · 31.0 rows/s · 1 min 2 s left · 4 in flight, 9 waiting · 3 retried · requests failed: rate_limit 3 · 40,000 tokens · 0.5000 EUR',
    )
  })
})
