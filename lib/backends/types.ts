import type { z } from 'zod'
import type { ModelFacts, ModelIdentity, ProbeVector } from '@/lib/contracts/model'
import type { ProbeStepId } from '@/lib/contracts/probe-steps'
import type { ErrorCode } from '@/lib/errors'

export type { ModelFacts, ModelIdentity, ProbeVector }

/** What a backend may be able to do. Metrics ask for capabilities, never for a backend by name. */
export const CAPABILITIES = [
  'chat',
  'structured',
  'outputLogprobs',
  'promptLogprobs',
  'embed',
  'tokenize',
  'reward',
] as const
export type Capability = (typeof CAPABILITIES)[number]

/** Whether a capability was found to work, and the reason and remedy when it was not. */
export interface CapabilityState {
  state: 'yes' | 'no' | 'unknown'
  reason?: string
  /** What to change so that it works, in words. */
  remedy?: string
  /** Launch flag or setting of the server that does so, ready to copy. */
  flag?: string
}
export type CapabilityTable = Record<Capability, CapabilityState>

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** Sampling parameters; all are always sent, because servers have defaults of their own. */
export interface GenerateParams {
  temperature: number
  topP: number
  topK: number
  minP: number
  seed: number
  maxTokens: number
  stop: readonly string[]
  /** How many alternatives per generated token: null asks for no log-probabilities, 0 for the generated token's own. */
  topLogprobs: number | null
  /** JSON schema that constrains the reply, or null. */
  jsonSchema: Record<string, unknown> | null
}

/** Greedy decoding with nothing optional; spread and override. */
export const GREEDY: GenerateParams = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: 0,
  maxTokens: 2048,
  stop: [],
  topLogprobs: null,
  jsonSchema: null,
}

export interface GenerateRequest {
  messages: readonly ChatMessage[]
  params: GenerateParams
}

export interface TokenLogprob {
  text: string
  id: number | null
  /** Natural log-probability, finite and <= 0. */
  logprob: number
}

export interface GeneratedToken extends TokenLogprob {
  /** Alternatives, most likely first; may or may not hold the token itself. */
  top: TokenLogprob[]
}

export interface GenerateReply {
  text: string
  finishReason: 'stop' | 'length' | 'other'
  usage: { promptTokens: number; completionTokens: number }
  /** Present when the request asked for log-probabilities. */
  tokens?: GeneratedToken[]
  /** Model name as the reply states it. */
  model: string
  latencyMs: number
}

export interface EmbedReply {
  /** One vector a text, in order; all of one dimension. */
  vectors: Float32Array[]
  /** For each text, whether the backend cut it to its limit. */
  truncated: boolean[]
}

/** What a reward model rates: a reply to a request. */
export interface RewardPair {
  request: string
  reply: string
}

/** How much work a backend takes at once; each constant's reason stands beside it in the backend's file. */
export interface BackendLimits {
  chatConcurrency: number
  scoreConcurrency: number
  scoreBatchTokens: number
  scoreBatchPrompts: number
  embedBatchTexts: number
}

/**
 * An open connection. Only the methods that the backend has are present. Every call takes an AbortSignal and throws
 * AppError: `capability_missing`, `backend_unavailable`, `rate_limited`, `data_error` (this request only) or `cancelled`.
 */
export interface BackendSession {
  readonly identity: ModelIdentity
  readonly limits: BackendLimits
  generate?(request: GenerateRequest, signal?: AbortSignal): Promise<GenerateReply>
  /**
   * Returns, for each id sequence, the natural log-probability of each given token under all tokens before it: same
   * length as the ids, NaN at index 0, every other entry finite and <= 0. No special token is added.
   */
  scoreTokens?(sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]>
  embed?(texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply>
  /** Returns one finite number a pair, in order: how good the reward model finds the reply. */
  reward?(pairs: readonly RewardPair[], signal?: AbortSignal): Promise<number[]>
  /** Returns the ids of each text; `addSpecial` adds what the tokenizer adds by itself (BOS), never template tokens. */
  tokenize?(
    texts: readonly string[],
    addSpecial: boolean,
    signal?: AbortSignal,
  ): Promise<Int32Array[]>
  /** Returns the text of each id alone, for heat strips. */
  tokenTexts?(ids: Int32Array, signal?: AbortSignal): Promise<string[]>
  /**
   * Returns the ids of each conversation under the model's own chat template, BOS at most once; `open` ends them with
   * the header of the reply. Control tokens written inside a message stay text where the engine can tell them apart.
   */
  chatIds?(
    conversations: readonly (readonly ChatMessage[])[],
    open: boolean,
    signal?: AbortSignal,
  ): Promise<Int32Array[]>
  /** Returns what the server states of its model at this moment. */
  describe?(signal?: AbortSignal): Promise<ModelFacts>
  close(): Promise<void>
}

export interface ProbeStep {
  id: ProbeStepId
  /** What people read; nothing is found by it. */
  name: string
  state: 'pass' | 'fail' | 'unknown'
  detail: string
  /** What to change, where the step did not pass and a change would help. */
  remedy?: string
  /** Launch flag or setting of the server, ready to copy. */
  flag?: string
}

/** Is called with each step as soon as it is decided. */
export type OnProbeStep = (step: ProbeStep) => void

export interface ProbeResult {
  capabilities: CapabilityTable
  identity: ModelIdentity
  models: string[]
  steps: ProbeStep[]
  /** Why nothing could be tried; absent where something was. */
  failed?: ErrorCode
  latencyMs: number | null
  /** Null when the backend offers nothing that tells models apart; absent from stand-ins. */
  vector?: ProbeVector | null
}

/** What `open` and `probe` get from their surroundings. */
export interface BackendEnvironment {
  /** Folder of model files and caches (EVOLENS_CACHE_DIR). */
  cacheDir: string
  /** Extra folder of model files supplied by the user (EVOLENS_MODELS_DIR), or null. */
  modelsDir: string | null
  /** Reads a secret by the name of an environment variable; undefined when not set. */
  secret(name: string): string | undefined
  log(message: string, fields?: Record<string, unknown>): void
}

/** One file a backend: registered in lib/backends/index.ts with one line. */
export interface BackendKind<C = unknown> {
  id: string
  label: string
  description: string
  /** Capabilities that this kind can have at best; the probe decides what a given server has. */
  capabilities: readonly Capability[]
  /** Whether it computes on this machine, so that it shares the cores with the others that do. */
  local?: boolean
  /** Whether the files that it opens are here, as far as sizes tell; absent where it needs none. */
  filesHere?(config: C, dirs: Pick<BackendEnvironment, 'cacheDir' | 'modelsDir'>): boolean
  config: z.ZodType<C>
  /** Which weights scored and the error to expect of them, in words; absent = nobody measured it. */
  scoringAccuracy?(identity: ModelIdentity): { weights: string; error: string }
  open(config: C, env: BackendEnvironment, signal?: AbortSignal): Promise<BackendSession>
  probe(
    config: C,
    env: BackendEnvironment,
    signal?: AbortSignal,
    onStep?: OnProbeStep,
  ): Promise<ProbeResult>
}

/** Types a backend's definition; the registry holds them all as BackendKind<unknown>. */
export function defineBackend<C>(kind: BackendKind<C>): BackendKind {
  return kind as unknown as BackendKind
}
