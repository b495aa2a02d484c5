import type { BackendKind, Capability } from '@/lib/backends/types'
import type { FailureKind } from '@/lib/backends/session/request-error'
import { loadExchange, replaying, type Answer } from '../recordings/exchange'
import { BigramModel, type Fault } from '../servers/bigram'
import type { StubRequest } from '../servers/openai'

/** What a recorded refusal must become (the retry rules), and by which call of a session it is met. */
export interface ExpectedError {
  call: 'open' | 'chat' | 'score' | 'score list' | 'embed' | 'embed list' | 'reward' | 'tokenize'
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
 * One backend as the compliance suite sees it. A dialect enters the suite with a file in `subjects/` and its line in the
 * index there: the suite then checks its promises on a well-behaved server, replays every `err_*` exchange of its folder
 * in `lib/testing/recordings`, and makes sure that the probe denies each misbehaving server what it pretends.
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
  /** Whether nothing that can be read tells it from another kind of the same server, so that people choose it. */
  byHand?: boolean
  /** Id of the model file that it needs; the subject is skipped, with a reason, where it is not there. */
  model?: string
  /** Folder in lib/testing/recordings. */
  wire?: string
  /** Every `err_*` exchange of that folder. */
  errors?: Record<string, ExpectedError>
  refusals?: readonly Refusal[]
}

/** What a server of chat offers. */
export const CHAT = ['chat', 'structured', 'outputLogprobs'] as const
/** What a server that scores given text offers. */
export const SCORING = [...CHAT, 'promptLogprobs', 'tokenize'] as const

/** Returns the settings of a server with the model NAME, and what else the subject sets. */
export function named(change: Record<string, unknown> = {}): Subject['config'] {
  return (url) => ({ baseUrl: url, model: 'NAME', ...change })
}

/** Returns what the subjects of a server that scores share: its kind, the number format it states, all capabilities of scoring. */
export function scoring(kind: Subject['kind'], dtype: string) {
  return { kind, config: named({ dtype }), has: SCORING }
}

/** Returns the server of a bigram model with these options: well-behaved unless a fault is named. */
export function bigramServer<O extends object>(
  server: (model: BigramModel, options: O) => Answer,
  usualBos: boolean,
) {
  return (options = {} as O, fault: Fault | null = null, bos = usualBos) =>
    server(new BigramModel(bos, fault), options)
}

/** Returns a misbehaving server that must be denied a capability, prompt scores unless another is named. */
export function refusal(
  name: string,
  serve: () => Answer,
  because: RegExp,
  capability: Capability = 'promptLogprobs',
): Refusal {
  return { name, serve, because, capability }
}

/** Returns a server that gives a stored reply on its route (to the requests that `when` picks), else answers as `otherwise`. */
export function recorded(
  folder: string,
  name: string,
  otherwise: Answer,
  when?: (request: StubRequest) => boolean,
): Answer {
  return replaying(loadExchange(folder, name), otherwise, when)
}
