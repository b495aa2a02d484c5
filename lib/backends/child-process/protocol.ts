import type { ErrorCode } from '@/lib/errors'

/** What the parent sends: a call, or the cancellation of one. */
export type ParentMessage =
  | { type: 'call'; id: number; method: string; args: unknown }
  | { type: 'cancel'; id: number }

/** What the child sends: that it listens, a result, an error, or a line for the log. */
export type ChildMessage =
  | { type: 'ready' }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; code: ErrorCode; message: string }
  | { type: 'log'; message: string; fields: Record<string, unknown> }
