import { errorCode, errorMessage } from '@/lib/errors'
import { chatCall, newDialect, type ChatVariant } from '../dialects/openai/chat'
import type { NetworkEnvironment } from '../http/address'
import type { HttpClient } from '../http/client'
import type { ClassifyError } from '../http/errors'
import type { Continuation, ProbePort, TextScores } from '../probe/port'
import { isPausing } from '../session/request-error'
import {
  isTokenizer,
  tokenizerOrReason,
  type SessionTokenizer,
  type TokenizerOptions,
} from '../tokenizer'
import type { BackendSession, CapabilityState, ModelIdentity } from '../types'
import { unopenedIdentity, type ServerConfig } from './config'
import { mapParallel } from './parallel'
import { openPort, type PortParts } from './port'
import { checkLengths } from './send'
import { rememberTexts } from './text-only'

// Measured on vLLM: batch shape hardly matters on a processor, and on a graphics card larger batches cost memory.
const BATCH_TOKENS = 8_192
const BATCH_PROMPTS = 16

const NO_EMBEDDINGS: CapabilityState = {
  state: 'no',
  reason: 'This server generates text; it has no embeddings.',
  remedy: 'Add a second backend with an embedding model.',
}

/** What to say of a service without a tokenizer route while no file is named. */
export const NAME_A_FILE: CapabilityState = {
  state: 'no',
  reason: 'The service has no tokenizer route, and no tokenizer file is named.',
  remedy: "Name the model's tokenizer.json in tokenizerFile; it is checked against the service.",
}

/** Codes that say nothing about the request: nobody answers, or the caller has left. */
const NOT_ABOUT_THE_REQUEST: ReadonlySet<string> = new Set([
  'cancelled',
  'backend_unavailable',
  'rate_limited',
])

type ScoreCall = NonNullable<BackendSession['scoreTokens']>

/** The sample text in the tokens of the session's tokenizer, special tokens added. */
export interface Sample {
  ids: Int32Array
  bosId: number | null
}

/** How a dialect asks for scores of given tokens: ids, several sequences a request; or one text a request. */
type ScoringMode<T> =
  | {
      ids(
        target: T,
        sequences: readonly Int32Array[],
        signal?: AbortSignal,
      ): Promise<Float32Array[]>
    }
  | {
      text(
        target: T,
        text: string,
        ids: Int32Array,
        isList: boolean,
        signal?: AbortSignal,
      ): Promise<Float32Array>
    }

/**
 * What a dialect states of one server. A trial finds out how the server gives scores of a prompt; its `target` is what the
 * scoring requests need to know.
 */
export interface ScoringPlan<T extends object> {
  /** Name of the server software, the model, its context in tokens and, where the server says, revision and dtype. */
  served: {
    server: string
    model: string
    contextLength: number | null
    revision?: string
    dtype?: string
  }
  /** Longest prompt that can be scored; by default one token less than the context, because one is generated. */
  longestPrompt?: number | null
  /** Model name that requests state; null where the server takes none. By default the served model's. */
  asked?: null
  chat?: ChatVariant
  /** Where the tokenizer comes from beside the user's file; `target` is null until a trial has succeeded. */
  tokenizer?(target: T | null): Pick<TokenizerOptions, 'routes' | 'serverIds'>
  noTokenizer: CapabilityState
  /** Text that the trial scores. */
  sample: string
  /** Whether the trial comes before the tokenizer, which then gets its target; else it gets the sample's ids. */
  trialFirst?: boolean
  /** Ways to ask for scores, best first: each resolves with its target, or throws when the server refuses it. */
  trials: readonly ((sample: Sample | null) => Promise<T>)[]
  /** What to say when no trial succeeded; `said` is how the first was refused. */
  refused(said: string): CapabilityState
  /** Why scores cannot be used although the trial succeeded, or null. */
  unusable?(target: T): CapabilityState | null
  /** Model name that replies state, where it is another than the one asked for. */
  replied?(target: T): string
  /** Settings of the identity that decide the numbers. */
  settings?(target: T): ModelIdentity['settings']
  /** The tokenizer as it shows in what the server scores. */
  shown?(tokenizer: SessionTokenizer, target: T): SessionTokenizer
  scoring: ScoringMode<T>
  /** Scores a text as the server tokenizes it; for the probe. */
  scoreText?(target: T, text: string, signal?: AbortSignal): Promise<TextScores>
  /** Generates greedily after a bare prompt; for the probe. */
  continue(
    target: T,
    prompt: { ids: Int32Array; text: string },
    count: number,
    signal?: AbortSignal,
  ): Promise<Continuation>
  /** The call that renders conversations to ids, null where the model has no template; asked for where scores are there. */
  chatIds?(): Promise<BackendSession['chatIds'] | null>
  describe?: BackendSession['describe']
  missing?: PortParts['missing']
  remedies?: PortParts['remedies']
  models?: PortParts['models']
  withoutKey?: PortParts['withoutKey']
}

/** A server that scores given text, as its dialect knows it. */
export interface ScoringServer<C extends ServerConfig, T extends object> {
  classify?: ClassifyError
  plan(client: HttpClient, config: C, signal?: AbortSignal): Promise<ScoringPlan<T>>
}

type Found<T> = { target: T } | { missing: CapabilityState }

/** Returns the target of the first trial that succeeds, or how the server refused the first. */
async function tryInTurn<T extends object>(
  plan: ScoringPlan<T>,
  sample: Sample | null,
): Promise<Found<T>> {
  let said = ''
  for (const trial of plan.trials) {
    try {
      return { target: await trial(sample) }
    } catch (error) {
      // Another model answers: no other request would help.
      if (NOT_ABOUT_THE_REQUEST.has(errorCode(error)) || isPausing(error)) throw error
      said ||= errorMessage(error)
    }
  }
  return { missing: plan.refused(said) }
}

async function findOut<T extends object>(
  plan: ScoringPlan<T>,
  file: string | null,
  signal?: AbortSignal,
): Promise<{ tokenizer: SessionTokenizer | CapabilityState; found: Found<T> }> {
  const tokenizerWith = (target: T | null) =>
    tokenizerOrReason({ file, ...plan.tokenizer?.(target) }, plan.noTokenizer, signal)
  if (plan.trialFirst) {
    const found = await tryInTurn(plan, null)
    return { found, tokenizer: await tokenizerWith('target' in found ? found.target : null) }
  }
  const tokenizer = await tokenizerWith(null)
  if (!isTokenizer(tokenizer)) return { tokenizer, found: { missing: tokenizer } }
  const [ids] = (await tokenizer.tokenize([plan.sample], true, signal)) as [Int32Array]
  return { tokenizer, found: await tryInTurn(plan, { ids, bosId: tokenizer.bosId }) }
}

/** Returns the scores of each sequence; a single token has none and is not sent, because servers refuse empty prompts. */
function onlyScorable(score: ScoreCall): ScoreCall {
  return async (sequences, signal) => {
    const scorable = sequences.filter((ids) => ids.length > 1)
    const scores = scorable.length > 0 ? await score(scorable, signal) : []
    let next = 0
    return sequences.map((ids) => {
      if (ids.length <= 1) return new Float32Array(ids.length).fill(NaN)
      next += 1
      return scores[next - 1] as Float32Array
    })
  }
}

/** Opens a server that scores given text: model, tokenizer and the way it scores are settled before the first row. */
export async function openScoring<C extends ServerConfig, T extends object>(
  kind: string,
  server: ScoringServer<C, T>,
  config: C & { tokenizerFile?: string | null },
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbePort> {
  return openPort(config, env, server.classify, async (client) => {
    const plan = await server.plan(client, config, signal)
    const { model, contextLength, revision, dtype } = plan.served
    const { longestPrompt = contextLength === null ? null : contextLength - 1, scoring } = plan
    const { tokenizer, found } = await findOut(plan, config.tokenizerFile ?? null, signal)
    const target = 'target' in found ? found.target : null
    const unusable = target && (plan.unusable?.(target) ?? null)
    const own = isTokenizer(tokenizer) ? tokenizer : null
    const shown = own && target && plan.shown ? plan.shown(own, target) : own
    const source = shown && 'text' in scoring ? rememberTexts(shown, `${kind} ${model}`) : null
    const usable = shown && target && !unusable ? target : null
    const missing =
      'missing' in found ? found.missing : (unusable ?? (tokenizer as CapabilityState))

    const score = (from: T): ScoreCall => {
      if ('ids' in scoring) {
        return async (sequences, abort) => {
          // Not every refusal says what was wrong, so lengths are compared here.
          checkLengths(sequences, longestPrompt)
          return scoring.ids(from, sequences, abort)
        }
      }
      return (sequences, abort) =>
        mapParallel(sequences, config.concurrency, async (ids) => {
          const text = (await source?.textOf(ids, abort)) as string
          return scoring.text(from, text, ids, sequences.length > 1, abort)
        })
    }
    const chatIds = usable ? await plan.chatIds?.() : null
    const generate = chatCall(client, model, newDialect(), plan.chat)
    const { scoreText } = plan
    return {
      session: {
        identity: {
          ...unopenedIdentity(kind, plan.served.server, config),
          model: (target && plan.replied?.(target)) || model,
          ...(revision && config.revision === 'unknown' ? { revision } : {}),
          ...(dtype && config.dtype === 'unknown' ? { dtype } : {}),
          settings: (target && !unusable && plan.settings?.(target)) || {},
          contextLength,
        },
        limits: {
          chatConcurrency: config.concurrency,
          scoreConcurrency: config.concurrency,
          scoreBatchTokens: BATCH_TOKENS,
          scoreBatchPrompts: source || 'text' in scoring ? 1 : BATCH_PROMPTS,
          embedBatchTexts: 1,
        },
        generate: (request, abort) => generate(request, abort),
        ...(usable ? { scoreTokens: onlyScorable(score(usable)) } : {}),
        ...(chatIds ? { chatIds } : {}),
        ...(plan.describe ? { describe: plan.describe } : {}),
      },
      tokenizer: source?.tokenizer ?? shown ?? tokenizer,
      model: plan.asked === null ? null : model,
      missing: {
        embed: NO_EMBEDDINGS,
        ...(usable ? {} : { promptLogprobs: missing }),
        ...plan.missing,
      },
      remedies: plan.remedies ?? {},
      textOnly: 'text' in scoring,
      longestPrompt,
      rawOutputScores: true,
      ...(plan.models ? { models: plan.models } : {}),
      ...(plan.withoutKey ? { withoutKey: plan.withoutKey } : {}),
      ...(usable && scoreText
        ? {
            scoreTexts: (texts: readonly string[], abort?: AbortSignal) =>
              mapParallel(texts, 1, (text) => scoreText(usable, text, abort)),
          }
        : {}),
      ...(usable ? { continue: plan.continue.bind(plan, usable) } : {}),
    }
  })
}
