import type { z } from 'zod'
import type { Db } from '@/db/client'
import type { BackendSession } from '@/lib/backends/types'
import type { Config } from '@/lib/config'
import type { JobProgress } from '@/lib/contracts/job'

/** What a handler gets from the worker. */
export interface JobContext {
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
  /** Returns an open session of a backend by id, wrapped with request cache, retry and limits; shared by jobs. */
  openBackend(backendId: string): Promise<MeteredSession>
}

/** Counts of a session since it was handed out. */
export interface Meter {
  requests: number
  cachedRequests: number
  promptTokens: number
  completionTokens: number
  scoredTokens: number
}

export interface MeteredSession extends BackendSession {
  readonly backendId: string
  readonly label: string
  readonly meter: Meter
}

/** One kind of job: registered in lib/jobs/index.ts with one line. The payload holds ids and parameters only. */
export interface JobKind<P = unknown> {
  kind: string
  payload: z.ZodType<P>
  title(payload: P): string
  /** Resumable: running it again after a kill at any moment neither loses nor doubles anything. */
  run(context: JobContext, payload: P): Promise<Record<string, unknown> | void>
}

/** Types a job's definition; the registry holds them all as JobKind<unknown>. */
export function defineJob<P>(kind: JobKind<P>): JobKind {
  return kind as unknown as JobKind
}
