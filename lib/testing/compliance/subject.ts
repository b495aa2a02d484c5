import type { BackendKind, Capability } from '@/lib/backends/types'
import type { FailureKind } from '@/lib/backends/session/request-error'
import type { Answer } from '../recordings/exchange'

/** What a recorded refusal must become (the retry rules), and by which call of a session it is met. */
export interface ExpectedError {
  call: 'open' | 'chat' | 'score' | 'score list' | 'embed' | 'embed list' | 'tokenize'
  kind: FailureKind
  /** Stable short code of the failure, where it matters. */
  reason?: string
  /** Route where the session meets it, when it was recorded on another. */
  route?: string
}

/** A server that misbehaves without an error, and the capability that the probe must deny it. */
export interface Refusal {
  name: string
  serve(): Answer
  capability: Capability
  /** What the reason in the capability table must say. */
  because: RegExp
}

/**
 * One backend as the compliance suite sees it. A dialect enters the suite with one entry in subjects.ts: the suite then
 * checks its promises on a well-behaved server, replays every `err_*` exchange of its folder in testing/wire, and makes
 * sure that the probe denies each misbehaving server what it pretends.
 */
export interface Subject {
  /** Title in the suite and in the compliance table. */
  name: string
  kind: BackendKind
  /** Settings for the server at this address; engines in this process ignore it. */
  config(url: string): Record<string, unknown>
  /** Capabilities that the probe must find on the well-behaved server; all others must be denied with a reason. */
  has: readonly Capability[]
  /** Makes a well-behaved server of the dialect; absent for engines in this process. */
  serve?(): Answer
  /** Id of the model file that it needs; the subject is skipped, with a reason, where it is not there. */
  model?: string
  /** Folder in testing/wire. */
  wire?: string
  /** Every `err_*` exchange of that folder. */
  errors?: Record<string, ExpectedError>
  refusals?: readonly Refusal[]
}
