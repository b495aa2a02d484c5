/**
 * Everything about the model that decides a number. It is part of the hashed definition of a run and of every cache key,
 * so it never holds a URL, a port, a key or a time.
 */
export interface ModelIdentity {
  /** Registered backend kind, for example `embedded` or `openai`. */
  kind: string
  /** Server software and version, for example `llama.cpp v0.5.0`. */
  server: string
  /** Model name as the server states it, or the model file's name. */
  model: string
  /** File hash or user-entered revision; `unknown` when nobody knows. */
  revision: string
  dtype: string
  /** Engine settings that change numbers (KV type, attention kind, pooling, normalisation, text limit). */
  settings: Record<string, string | number | boolean>
  tokenizer: string | null
  /** Context length in tokens; null when unknown. */
  contextLength: number | null
  /** BOS id that the tokenizer adds by itself, null when it adds none. */
  bosId: number | null
  /** Fingerprint of the model, only where another model has stated all of the above before it; see session/fingerprint.ts of lib/backends. */
  fingerprint?: string
}

/**
 * What a server states of its model beside the identity, the same after every restart with the same model. `place` (a path
 * or repository) decides only where nothing else tells two models apart, because files may be moved.
 */
export type ModelFacts = Record<string, string | number | boolean>

/** What a model answers to a fixed question, by which it is recognised again; see probe/identity.ts of lib/backends. */
export interface ProbeVector {
  /** What the values are: log-probabilities of given tokens, of generated ones, or an embedding. */
  of: 'promptScores' | 'outputScores' | 'embedding'
  /** What each value belongs to (token ids or token texts); empty for an embedding. */
  labels: (number | string)[]
  values: number[]
  /** Largest difference of two answers of one model, in the values' unit. */
  tolerance: number
}

/** What is known of the model behind a session. */
export interface KnownModel {
  identity: ModelIdentity
  facts: ModelFacts
  /** Its answer to a fixed question in numbers; null where it gives none. */
  vector: ProbeVector | null
  /** Its greedy reply to a fixed question where there are no scores of given text or embeddings; null where it varies. */
  reply: string | null
  /** Model name in its chat replies; empty where they state none. */
  replied: string
}
