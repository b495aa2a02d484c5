import type { AppError, ErrorCode } from '@/lib/errors'
import { requestError, type Failure, type FailureKind } from '../session/request-error'
import { cleanMessage, readErrorBody, type ErrorFields } from './error-body'

const TOO_LONG =
  /context_length_exceeded|exceed_context_size|maximum context length|maximum model length|max_tokens must be at least 1|too large to process|input_tokens|exceeds? (the |its )?(available )?context|prompt is too long/i
const QUOTA = /insufficient_quota|billing|quota exceeded|payment|credit/i
const LOADING = /loading model/i
const EMPTY_PROMPT =
  /(prompt|input|content).{0,30}(is |be )?empty|empty (prompt|input)|at least one (message|token)/i
const PARSE_ERROR = /parse.?error|expected '\w+' to be/i
const VOCABULARY = /out of vocabulary|not in (the )?vocab|invalid token/i
const CONTENT = /content_filter|content_policy|content management policy/i
// Prompt scores by echo: refused by services, and by old versions of llama.cpp.
const ECHO = /\becho\b.{0,40}\b(logprobs|supported)\b|\bno echo\b/i
const PARAMETER_WORDS =
  /(?:unsupported|unrecognized|unknown|unexpected|invalid|not supported|extra inputs)[^.]{0,60}?['"`]?\b(temperature|top_p|top_k|min_p|seed|max_tokens|max_completion_tokens|logprobs|top_logprobs|response_format|encoding_format|stop)\b/i
const REVERSED_WORDS =
  /['"`]?\b(temperature|top_p|top_k|min_p|seed|max_tokens|max_completion_tokens|logprobs|top_logprobs|response_format|encoding_format|stop)\b['"`]?[^.]{0,60}?(?:unsupported|not supported|is not permitted|not allowed|does not support|unrecognized|unknown)/i

/** Returns the wait that a Retry-After header asks for, in milliseconds; undefined when absent or unreadable. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** What is to be done about an error reply. */
export interface Verdict {
  kind: FailureKind
  /** Stable short code, for example `too_long`. */
  reason: string
  code?: ErrorCode
  maxRetries?: number
  parameter?: string
  /** What happened and what to do, in our own words; the server's follow. */
  message?: string
}

/** An error reply as a dialect judges it. */
export interface ErrorReply extends ErrorFields {
  status: number
  /** Whether the request held several inputs. */
  isList: boolean
}

/** Returns a dialect's own verdict, or null to leave it to the general rules. */
export type ClassifyError = (reply: ErrorReply) => Verdict | null

function classify400(fields: ErrorFields, isList: boolean): Verdict {
  const all = `${fields.code} ${fields.type} ${fields.param} ${fields.message}`
  // Of a list only some input is at fault, and no server says which.
  const one = isList ? 'split' : 'row'
  if (TOO_LONG.test(all)) return { kind: one, reason: 'too_long' }
  if (EMPTY_PROMPT.test(all)) return { kind: one, reason: 'empty_prompt' }
  if (VOCABULARY.test(all)) return { kind: 'config', reason: 'vocabulary' }
  if (CONTENT.test(all)) return { kind: one, reason: 'content_filter' }
  if (PARSE_ERROR.test(all)) return { kind: 'bug', reason: 'parse_error' }
  const named =
    PARAMETER_WORDS.exec(fields.message)?.[1] ??
    REVERSED_WORDS.exec(fields.message)?.[1] ??
    fields.param
  const base = named.split('.')[0] ?? ''
  const list = base === 'messages' || base === 'input' || base === 'prompt'
  if (base && !list) return { kind: 'config', reason: 'parameter', parameter: base }
  if (ECHO.test(fields.message)) return { kind: 'config', reason: 'parameter', parameter: 'echo' }
  if (/schema|grammar/i.test(all)) return { kind: 'config', reason: 'bad_schema' }
  return { kind: one, reason: 'refused' }
}

function judge(status: number, fields: ErrorFields, isList: boolean): Verdict {
  const all = `${fields.code} ${fields.type} ${fields.message}`
  switch (status) {
    case 400:
    case 422:
      return classify400(fields, isList)
    case 401:
    case 403:
      return { kind: 'config', reason: 'key' }
    case 402:
      return { kind: 'config', reason: 'quota', code: 'rate_limited' }
    case 404:
    case 405:
    case 501:
      return { kind: 'config', reason: 'not_offered', code: 'capability_missing' }
    case 413:
      return { kind: 'split', reason: 'too_large' }
    case 424:
      return { kind: 'retry', reason: 'engine', maxRetries: 1 }
    case 429:
      if (QUOTA.test(all)) return { kind: 'config', reason: 'quota', code: 'rate_limited' }
      return { kind: 'retry', reason: 'rate_limit', code: 'rate_limited' }
    case 500:
      if (TOO_LONG.test(all)) return { kind: isList ? 'split' : 'row', reason: 'too_long' }
      if (PARSE_ERROR.test(all)) return { kind: 'bug', reason: 'parse_error' }
      return { kind: 'retry', reason: 'server_error', maxRetries: 2 }
    case 503:
      if (LOADING.test(all)) return { kind: 'wait', reason: 'loading' }
      return { kind: 'retry', reason: 'overloaded' }
    case 408:
    case 502:
    case 504:
    case 529:
      return { kind: 'retry', reason: 'overloaded' }
    default:
      if (status >= 500) return { kind: 'retry', reason: 'server_error', maxRetries: 2 }
      if (status >= 300 && status < 400) return { kind: 'config', reason: 'redirect' }
      return { kind: 'config', reason: 'refused' }
  }
}

const ADVICE: Record<string, string> = {
  key: 'The server refuses the key.',
  not_offered: 'The server does not offer this. Check the model name and the address.',
  redirect: 'The server answers with a redirect, which is not followed. Give its final address.',
  quota: 'The account has no quota left.',
  loading: 'The server is still loading its model.',
  too_long: "The text is longer than the model's context.",
}

/**
 * Returns the error of a reply with a status that is not 2xx, by the retry rules; `isList` says whether the request held
 * several inputs, `classifyOwn` is what the dialect knows better.
 */
export function httpError(
  status: number,
  headers: Record<string, string | undefined>,
  body: string,
  isList: boolean,
  classifyOwn?: ClassifyError,
): AppError {
  const fields = readErrorBody(body)
  const own = classifyOwn?.({ ...fields, status, isList }) ?? null
  const { code, message, ...verdict } = own ?? judge(status, fields, isList)
  // A date is meant by the server's clock, which need not be ours.
  const wait = retryAfterMs(headers['retry-after'], Date.parse(headers.date ?? '') || Date.now())
  const requestId = cleanMessage(headers['x-request-id'] ?? '').slice(0, 80)
  const failure: Failure & { requestId?: string } = {
    ...verdict,
    httpStatus: status,
    ...(requestId ? { requestId } : {}),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  }
  const said = fields.message ? ` The server says: ${fields.message}` : ''
  const lead = message ?? ADVICE[verdict.reason] ?? `The server answered ${status}.`
  return requestError(failure, `${lead}${said}`, code ? { code } : {})
}
