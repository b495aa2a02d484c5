import { AppError, errorCode, errorMessage } from '@/lib/errors'
import { mapParallel } from '../scoring/parallel'
import { bosOf, CHECK_TEXT, compareTokenizers } from './check'
import type { CapabilityState } from '../types'
import { loadTokenizer } from './local'
import type { TokenizerRoutes } from './routes'
import { REQUESTS_AT_ONCE, textsOfIds } from './token-texts'

export { CHECK_TEXT } from './check'
export type { TokenizerRoutes } from './routes'

// One word in front of nothing: shows the BOS alone.
const SHORT_TEXT = 'a b'

/** The tokenizer that a scoring session uses. */
export interface SessionTokenizer {
  /** Hash of the local file, or `server`. */
  name: string
  bosId: number | null
  tokenize(
    texts: readonly string[],
    addSpecial: boolean,
    signal?: AbortSignal,
  ): Promise<Int32Array[]>
  detokenize?(ids: Int32Array, signal?: AbortSignal): Promise<string>
  tokenTexts?(ids: Int32Array, signal?: AbortSignal): Promise<string[]>
}

interface ShortText {
  plain: Int32Array
  bosId: number | null
}

function overRoutes(routes: TokenizerRoutes, { plain, bosId }: ShortText): SessionTokenizer {
  const { detokenize } = routes
  return {
    name: 'server',
    bosId,
    tokenize: (texts, addSpecial, signal) =>
      mapParallel(texts, REQUESTS_AT_ONCE, (text) => routes.tokenize(text, addSpecial, signal)),
    ...(detokenize ? { detokenize, tokenTexts: textsOfIds(detokenize, plain) } : {}),
  }
}

async function tokenizeShort(routes: TokenizerRoutes, signal?: AbortSignal): Promise<ShortText> {
  const plain = await routes.tokenize(SHORT_TEXT, false, signal)
  return { plain, bosId: bosOf(plain, await routes.tokenize(SHORT_TEXT, true, signal)) }
}

async function fromFile(
  file: string,
  server: (() => Promise<Int32Array>) | null,
): Promise<SessionTokenizer> {
  const local = await loadTokenizer(file)
  if (server) compareTokenizers(local.encode(CHECK_TEXT, true), await server())
  const detokenize = async (ids: Int32Array) => local.decode(ids)
  const plain = local.encode(SHORT_TEXT, false)
  return {
    name: `sha256:${local.hash}`,
    bosId: bosOf(plain, local.encode(SHORT_TEXT, true)),
    tokenize: async (texts, addSpecial) => texts.map((text) => local.encode(text, addSpecial)),
    detokenize,
    tokenTexts: textsOfIds(detokenize, plain),
  }
}

/** Where a session's tokenizer may come from. */
export interface TokenizerOptions {
  file: string | null
  routes?: TokenizerRoutes | (() => Promise<TokenizerRoutes>)
  serverIds?: (text: string) => Promise<Int32Array>
}

/**
 * Returns the tokenizer of a session: the user's tokenizer.json, checked against what the server makes of a fixed text, or
 * the server's own routes; null when there is neither. `serverIds` asks a server without a tokenizer route for the ids of
 * that text, special tokens included.
 */
export async function sessionTokenizer(
  options: TokenizerOptions,
  signal?: AbortSignal,
): Promise<SessionTokenizer | null> {
  const { file, serverIds } = options
  const routes = typeof options.routes === 'function' ? await options.routes() : options.routes
  let short: ShortText | null = null
  if (routes) {
    try {
      short = await tokenizeShort(routes, signal)
    } catch (error) {
      // A server without the route; anything else is thrown.
      if (errorCode(error) !== 'capability_missing' || !isNotOffered(error)) throw error
    }
  }
  if (file !== null) {
    const ask = routes && short ? (text: string) => routes.tokenize(text, true, signal) : serverIds
    return fromFile(file, ask ? () => ask(CHECK_TEXT) : null)
  }
  return routes && short ? overRoutes(routes, short) : null
}

function isNotOffered(error: unknown): boolean {
  return (error as { details?: { reason?: unknown } }).details?.reason === 'not_offered'
}

// Faults of the tokenizer itself; the server may still be of use for chat.
const FAULTS: ReadonlySet<unknown> = new Set([
  'special_tokens',
  'tokenizer_differs',
  'tokenizer_file',
])

/** Returns the tokenizer of a session, or why there is none that can be trusted; `absent` is said where there is none. */
export async function tokenizerOrReason(
  options: TokenizerOptions,
  absent: CapabilityState,
  signal?: AbortSignal,
): Promise<SessionTokenizer | CapabilityState> {
  try {
    return (await sessionTokenizer(options, signal)) ?? absent
  } catch (error) {
    if (!(error instanceof AppError) || !FAULTS.has(error.details?.reason)) throw error
    return {
      state: 'no',
      reason: errorMessage(error),
      remedy:
        'Serve the model with its own tokenizer files, or name its tokenizer.json in tokenizerFile.',
    }
  }
}

/** Returns the tokenizer of a server with routes alone, or why its ids are of no use: some models put marks at both ends. */
export async function routesTokenizer(
  routes: TokenizerRoutes,
  signal?: AbortSignal,
): Promise<SessionTokenizer | CapabilityState> {
  try {
    const found = await sessionTokenizer({ file: null, routes }, signal)
    return found ?? { state: 'no', reason: 'The server has no tokenizer route.' }
  } catch (error) {
    if (errorCode(error) !== 'capability_missing') throw error
    return { state: 'no', reason: errorMessage(error) }
  }
}

/** Returns whether a tokenizer was found. */
export function isTokenizer(found: SessionTokenizer | CapabilityState): found is SessionTokenizer {
  return 'tokenize' in found
}
