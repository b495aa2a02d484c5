import { inTransaction, type Db } from '@/db/client'
import { pendingRequests, release, runningJobs } from '@/lib/queue/leases'
import { addEvent } from '@/lib/queue/queue'

/** What the thread is told. */
export interface WatchOrder {
  databasePath: string
  dataDir: string
  owner: string
  /** Whether the process ends with the one that started it. */
  followsParent: boolean
}

const ENDS = { cancel: 'cancelled', pause: 'paused' } as const

/** Counts how long jobs go on that were asked to stop: in looks, so that a machine that slept does not count. */
export class Patience {
  private readonly seen = new Map<string, number>()

  constructor(private readonly mostLooks: number) {}

  /** Looks once; returns the jobs that have gone on for too many looks. */
  look(db: Db, owner: string): number[] {
    const pending = pendingRequests(db, owner)
    const keys = new Set(pending.map(({ no, request }) => `${no} ${request}`))
    for (const key of this.seen.keys()) if (!keys.has(key)) this.seen.delete(key)
    return pending
      .filter(({ no, request }) => {
        const looks = (this.seen.get(`${no} ${request}`) ?? 0) + 1
        this.seen.set(`${no} ${request}`, looks)
        return looks > this.mostLooks
      })
      .map(({ no }) => no)
  }
}

/**
 * Takes all jobs from a worker that is about to be ended: the stubborn ones go where their users asked, the others wait
 * again at no cost. From then on the worker can write nothing for them.
 */
export function releaseAll(db: Db, owner: string, stubborn: readonly number[]): void {
  inTransaction(db, () => {
    for (const { no, request } of runningJobs(db, owner)) {
      const isStubborn = stubborn.includes(no)
      release(db, no, owner, request === null ? 'queued' : ENDS[request])
      const words = isStubborn
        ? 'The job did not stop when asked to, so the worker was ended and starts again. What was committed is kept.'
        : 'The worker starts again because of another job; what was committed is kept.'
      addEvent(db, no, isStubborn ? 'warn' : 'info', words)
    }
  })
}
