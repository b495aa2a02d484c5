import type { HttpClient } from '../http/client'
import { requestError } from '../session/request-error'
import { byIndex, fieldsOf, listOf } from './wire'

// Recorded: 76 bytes a token on vLLM with the given token alone, twice that where an echo repeats it.
const BYTES_PER_TOKEN = 400
const ENVELOPE_BYTES = 16 * 1024
const BASE_TIMEOUT_MS = 30_000
const MAX_TIMEOUT_MS = 600_000
// Four times what a request should take; until replies say otherwise, a slow processor.
const PATIENCE = 4
const FIRST_TOKENS_PER_SECOND = 50
// How much of the newest measurement goes into the speed.
const NEWEST = 0.2
// Shorter requests measure the way there and back rather than the server.
const MEASURED_TOKENS = 32

// Speed of each open server, in tokens a second as one request sees it.
const speeds = new WeakMap<HttpClient, number>()

/** A scoring request of some number of tokens (or of characters, of which a token has at least one). */
export interface ScoringRequest {
  path: string
  body: Record<string, unknown>
  tokens: number
  /** Whether the body holds several prompts: a refusal then splits the list. */
  isList?: boolean
  signal?: AbortSignal | undefined
  /** Takes the place of the usual limit, for the warm-up. */
  timeoutMs?: number | undefined
}

/** Returns how long a request of so many tokens may take on this server, by the speed of the ones before it. */
export function scoringTimeout(client: HttpClient, tokens: number): number {
  const speed = speeds.get(client) ?? FIRST_TOKENS_PER_SECOND
  return Math.min(MAX_TIMEOUT_MS, BASE_TIMEOUT_MS + (PATIENCE * 1000 * tokens) / speed)
}

/** Sends a scoring request within limits on time and size that follow from its tokens; returns the parsed reply. */
export async function sendScoring(client: HttpClient, request: ScoringRequest): Promise<unknown> {
  const { path, body, tokens, isList = false, signal } = request
  const { json, latencyMs } = await client.send({
    method: 'POST',
    path,
    body,
    isList,
    maxBytes: ENVELOPE_BYTES + BYTES_PER_TOKEN * tokens,
    timeoutMs: request.timeoutMs ?? scoringTimeout(client, tokens),
    signal,
  })
  if (tokens >= MEASURED_TOKENS && request.timeoutMs === undefined) {
    const before = speeds.get(client)
    const now = (tokens * 1000) / Math.max(1, latencyMs)
    speeds.set(client, before === undefined ? now : before * (1 - NEWEST) + now * NEWEST)
  }
  return json
}

/** Sends a greedy request to the completions route, within the limits of a scoring request; returns the reply's fields. */
export async function complete(
  client: HttpClient,
  body: Record<string, unknown>,
  request: Omit<ScoringRequest, 'path' | 'body'>,
): Promise<Record<string, unknown>> {
  const path = '/v1/completions'
  const json = await sendScoring(client, {
    path,
    body: { temperature: 0, stream: false, ...body },
    ...request,
  })
  return fieldsOf(json, 'the top')
}

/** Returns the choices of a completion in the order of its prompts. */
export function choicesOf(reply: Record<string, unknown>, prompts: number) {
  return byIndex(listOf(reply.choices, 'choices'), prompts)
}

/** Returns the only choice of a completion. */
export function choiceOf(reply: Record<string, unknown>): Record<string, unknown> {
  return choicesOf(reply, 1)[0] as Record<string, unknown>
}

/** Returns how many tokens id sequences have together. */
export function tokensIn(sequences: readonly Int32Array[]): number {
  return sequences.reduce((sum, ids) => sum + ids.length, 0)
}

/** Throws the row error of a prompt that the server would refuse, so that its list is not refused with it. */
export function checkLengths(sequences: readonly Int32Array[], longest: number | null): void {
  if (longest === null) return
  const long = sequences.find((ids) => ids.length > longest)
  if (!long) return
  throw requestError(
    { kind: sequences.length > 1 ? 'split' : 'row', reason: 'too_long', httpStatus: null },
    `The text has ${long.length} tokens; the server scores at most ${longest}.`,
  )
}
