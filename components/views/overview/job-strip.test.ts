import { describe, expect, it } from 'vitest'
import { emptyProgress, type Job } from '@/lib/contracts/job'
import { stripOf } from './job-strip'

function job(title: string, state: Job['state'], done: number, total: number, error?: string): Job {
  return {
    id: title,
    title,
    state,
    error: error ?? null,
    progress: { ...emptyProgress(), done, total },
  } as Job
}

describe('the strip of jobs', () => {
  it('names the job that runs, and how far all of them are', () => {
    const jobs = [job('later', 'queued', 0, 20), job('now', 'running', 50, 100)]
    expect(stripOf(jobs)).toMatchObject({ shown: { title: 'now' }, share: 0.25, held: null })
  })

  it('names the next one while none runs', () => {
    const jobs = [job('newest', 'queued', 0, 0), job('oldest', 'queued', 0, 0)]
    expect(stripOf(jobs)).toMatchObject({ shown: { title: 'oldest' }, share: null })
  })

  it('names first what waits for a person', () => {
    const jobs = [
      job('now', 'running', 1, 2),
      job('stuck', 'paused', 1, 4, 'another model answers'),
    ]
    expect(stripOf(jobs)).toMatchObject({
      shown: { title: 'stuck' },
      held: { error: 'another model answers' },
    })
  })
})
