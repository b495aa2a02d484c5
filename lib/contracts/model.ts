import { z } from 'zod'

/**
 * Everything about the model that decides a number. It is part of the hashed definition of a run and of every cache key,
 * so it never holds a URL, a port, a key or a time.
 */
export const modelIdentitySchema = z.object({
  /** Registered backend kind, for example `embedded` or `openai`. */
  kind: z.string(),
  /** Server software and version, for example `llama.cpp v0.5.0`. */
  server: z.string(),
  /** Model name as the server states it, or the model file's name. */
  model: z.string(),
  /** File hash or user-entered revision; `unknown` when nobody knows. */
  revision: z.string(),
  dtype: z.string(),
  /** Engine settings that change numbers (KV type, attention kind, pooling, normalisation, text limit). */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  tokenizer: z.string().nullable(),
  /** Context length in tokens; null when unknown. */
  contextLength: z.number().nullable(),
  /** BOS id that the tokenizer adds by itself, null when it adds none. */
  bosId: z.number().nullable(),
  /** Fingerprint of the model, only where another model has stated all of the above before it; see session/fingerprint.ts of lib/backends. */
  fingerprint: z.string().exactOptional(),
})
export type ModelIdentity = z.infer<typeof modelIdentitySchema>

/**
 * What a server states of its model beside the identity, the same after every restart with the same model. `place` (a path
 * or repository) decides only where nothing else tells two models apart, because files may be moved.
 */
const modelFactsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
export type ModelFacts = z.infer<typeof modelFactsSchema>

/** What a model answers to a fixed question, by which it is recognised again; see probe/identity.ts of lib/backends. */
export const probeVectorSchema = z.object({
  /** What the values are: log-probabilities of given tokens, of generated ones, an embedding, or rewards. */
  of: z.enum(['promptScores', 'outputScores', 'embedding', 'reward']),
  /** What each value belongs to (token ids or token texts); empty for an embedding and for rewards. */
  labels: z.array(z.union([z.number(), z.string()])),
  values: z.array(z.number()),
  /** Largest difference of two answers of one model, in the values' unit. */
  tolerance: z.number(),
})
export type ProbeVector = z.infer<typeof probeVectorSchema>

/** What is known of the model behind a session. */
export const knownModelSchema = z.object({
  identity: modelIdentitySchema,
  facts: modelFactsSchema,
  /** Its answer to a fixed question in numbers; null where it gives none. */
  vector: probeVectorSchema.nullable(),
  /** Its greedy reply to a fixed question where there are no scores of given text or embeddings; null where it varies. */
  reply: z.string().nullable(),
  /** Model name in its chat replies; empty where they state none. */
  replied: z.string(),
})
export type KnownModel = z.infer<typeof knownModelSchema>
