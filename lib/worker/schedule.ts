import type { Db } from '@/db/client'
import type { Config } from '@/lib/config'
import { BACKEND_KINDS } from '@/lib/backends'
import { getBackendRow } from '@/lib/services/backends'
import { claim, runsSuspect, type WaitingJob } from '@/lib/queue/leases'
import { parsePayload } from '@/lib/queue/kinds'
import type { JobRow } from '@/lib/queue/queue'
import type { JobKind, JobLane } from './types'

// Each job holds a batch of rows or a whole cell in memory, and all share one event loop. More servers than this are rare.
const MOST_AT_ONCE: Partial<Record<JobLane, number>> = { compute: 8, quick: 4 }
// Engines of this machine share its cores: side by side each is slower than after the other.
const THIS_MACHINE = 'this machine'

/** What a running job keeps from others. */
export interface Held {
  lane: JobLane
  /** Names of what it uses: its backends, or its lane where it uses none. */
  uses: readonly string[]
  /** When it was taken. */
  since: number
}

function placeOf(db: Db, backendId: string): string {
  const { kind } = getBackendRow(db, backendId)
  const isLocal = BACKEND_KINDS.some(({ id, local }) => id === kind && local === true)
  return isLocal ? THIS_MACHINE : backendId
}

/** Returns what a job uses. Jobs of one lane that use the same thing run one after the other. */
function usesOf(around: { db: Db; config: Config }, kind: JobKind, payload: unknown): string[] {
  const lane = kind.lane ?? 'compute'
  try {
    const backends = kind.backends?.(around, parsePayload(kind, payload)) ?? []
    const places = new Set(backends.map((id) => `${lane} ${placeOf(around.db, id)}`))
    return places.size > 0 ? [...places] : [lane]
  } catch {
    // What it names is gone: the job itself says so when it runs.
    return [lane]
  }
}

/**
 * Chooses the next job: by priority, then by arrival, the first whose backends are free. A job of several backends lets
 * others pass as long as one of them works for a job that was there before it; after that it is kept free for it.
 */
export class Schedule {
  private readonly byName: ReadonlyMap<string, JobKind>

  constructor(
    private readonly around: { db: Db; config: Config; owner: string },
    kinds: readonly JobKind[],
  ) {
    this.byName = new Map(kinds.map((kind) => [kind.kind, kind]))
  }

  /** Takes the next job that can run beside those that run, or returns null. */
  next(running: readonly Held[], now: number): { row: JobRow; kind: JobKind; held: Held } | null {
    const { db, owner } = this.around
    const busy = new Map(running.flatMap(({ uses, since }) => uses.map((name) => [name, since])))
    const kept = new Set<string>()
    let oneSuspect: boolean | null = null
    let uses: string[] = []
    const accept = (job: WaitingJob): boolean => {
      const kind = this.byName.get(job.kind)
      if (!kind) return false
      const lane = kind.lane ?? 'compute'
      const most = MOST_AT_ONCE[lane] ?? Infinity
      if (running.filter((held) => held.lane === lane).length >= most) return false
      uses = usesOf(this.around, kind, job.payload)
      const taken = uses.filter((name) => busy.has(name))
      if (taken.length > 0) {
        // Everything it waits for was taken after it came: nobody passes it a second time.
        const passed = taken.every((name) => (busy.get(name) ?? 0) > job.runAfter)
        if (passed) for (const name of uses) kept.add(name)
        return false
      }
      if (uses.some((name) => kept.has(name))) return false
      if (!job.suspect) return true
      // Of several jobs that ran when a worker died, one at a time: the next death tells which it was.
      oneSuspect ??= runsSuspect(db, owner)
      return !oneSuspect
    }
    const row = claim(db, owner, [...this.byName.keys()], now, accept)
    const kind = row && this.byName.get(row.kind)
    return row && kind
      ? { row, kind, held: { lane: kind.lane ?? 'compute', uses, since: now } }
      : null
  }
}
