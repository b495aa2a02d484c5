import type { BackendSession, Capability, CapabilityState } from '../types'
import type { Remedy } from './run'

/** Scores of a text as the server tokenized it. */
export interface TextScores {
  /** The server's own ids of the text; null when it does not tell them. */
  ids: Int32Array | null
  /** As of scoreTokens: NaN first. */
  scores: Float32Array
}

/** Tokens that a server generated greedily after a bare prompt. */
export interface Continuation {
  text: string
  tokens: { text: string; id: number | null; logprob: number }[]
}

/** What the shared probe asks of a backend beside its session; a dialect leaves out what its server lacks. */
export interface ProbePort {
  readonly session: BackendSession
  /** Model name that was asked for; null when the server serves one model and takes no name. */
  readonly model: string | null
  /** Why the session lacks a method, with the remedy: becomes the capability table's entry. */
  readonly missing: Partial<Record<Capability, CapabilityState>>
  /** What to change when a capability was there and its steps failed. */
  readonly remedies: Partial<Record<Capability, Remedy>>
  /** Whether scores are asked by text although the session takes ids. */
  readonly textOnly: boolean
  /** Longest prompt that can be scored, in tokens; null when unknown. */
  readonly longestPrompt: number | null
  /** Longest prompt that is worth trying for a probe; absent = what a server scores in some seconds. */
  readonly longestTried?: number
  /** Number format that decides how far two scores may differ, where it is not that of the identity. */
  readonly scoreDtype?: string
  /** What to say about a connection that worked; absent = the server's name. */
  readonly connected?: string
  /** Whether generated tokens carry scores of the model's own distribution, comparable with prompt scores. */
  readonly rawOutputScores: boolean
  /** Names that the server lists. */
  models?(signal?: AbortSignal): Promise<string[]>
  /** A guarded request without the key; resolves when none is needed. */
  withoutKey?(signal?: AbortSignal): Promise<unknown>
  /** Whether a key is configured, and whether its variable is set. */
  readonly key: { name: string; isSet: boolean } | null
  /** Scores texts with the special tokens that the tokenizer adds by itself. */
  scoreTexts?(texts: readonly string[], signal?: AbortSignal): Promise<TextScores[]>
  /** Generates greedily after bare ids (`text` is the same prompt for servers that take text only). */
  continue?(
    prompt: { ids: Int32Array; text: string },
    count: number,
    signal?: AbortSignal,
  ): Promise<Continuation>
  detokenize?(ids: Int32Array, signal?: AbortSignal): Promise<string>
}
