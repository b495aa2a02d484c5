import type { Db } from '@/db/client'
import type { RequestCache } from '@/lib/backends/session/cache-port'
import type { MeteredSession } from '@/lib/backends/session/metered'
import type { Config } from '@/lib/config'
import type { JobProgress } from '@/lib/contracts/job'
import type { PayloadOf } from '@/lib/queue/kinds'

export type { Meter, MeteredSession } from '@/lib/backends/session/metered'

/** What a handler gets from the worker. */
export interface WorkerContext {
  db: Db
  config: Config
  job: { no: number; id: string; studyId: string | null; attempts: number }
  /**
   * Aborted on cancel, pause, shutdown and lost lease. A handler stops at the next safe point and throws
   * `cancelled`; whatever it committed stays, and a later attempt carries on from there.
   */
  signal: AbortSignal
  log(level: 'info' | 'warn' | 'error', message: string): void
  /** Merges into the job's progress; written with the next commit or at most every 500 ms. */
  progress(patch: Partial<JobProgress>): void
  /**
   * Runs `work` and writes the job's progress in one transaction. Throws `cancelled`, with nothing written, when the
   * lease was lost to another worker.
   */
  commit(work: () => void): void
  /**
   * Returns an open session of a backend by id, wrapped with request cache, retry and limits; shared by jobs. Another
   * `cache` replaces the stored one, for measurements.
   */
  openBackend(backendId: string, options?: { cache?: RequestCache }): Promise<MeteredSession>
}

/** Jobs of one lane that use the same backend run one after the other; all others run beside each other. */
export type JobLane = 'compute' | 'import' | 'quick' | 'detect' | 'fetch'

/** What runs one kind of job: registered in lib/worker/handlers/index.ts with one line. */
export interface JobHandler<P> {
  /** Default `compute`. */
  lane?: JobLane
  /** Ids of the backends that the job uses; none where the kind does not say. */
  backends?(around: Pick<WorkerContext, 'db' | 'config'>, payload: P): readonly string[]
  /** Resumable: running it again after a kill at any moment neither loses nor doubles anything. */
  run(context: WorkerContext, payload: P): Promise<Record<string, unknown> | void>
  /** Removes what a killed worker left half done; called once when a worker starts, before any job runs. */
  cleanup?(db: Db): void
}

/** One kind of job as the worker runs it: its description (`lib/queue/kinds.ts`) and its handler. */
export type JobKind<P = unknown> = PayloadOf<P> & JobHandler<P>

/** Returns the kind with its handler, which takes the described payload; the registry holds them all as JobKind<unknown>. */
export function defineJob<P>({ kind, payload }: PayloadOf<P>, handler: JobHandler<P>): JobKind {
  return { kind, payload, ...handler } as unknown as JobKind
}
