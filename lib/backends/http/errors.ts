import type { AppError, ErrorCode } from '@/lib/errors'
import { requestError, type Failure, type FailureKind } from '../shared/request-error'

// What is shown of a server's own words.
const MESSAGE_CHARACTERS = 300
const TOO_LONG =
  /context_length_exceeded|exceed_context_size|maximum context length|maximum model length|max_tokens must be at least 1|too large to process|input_tokens/i
const QUOTA = /insufficient_quota|billing|quota exceeded|payment|credit/i
const LOADING = /loading model/i
const EMPTY_PROMPT = /prompt.{0,30}(is |be )?empty|empty prompt|at least one (message|token)/i
const VOCABULARY = /out of vocabulary|not in (the )?vocab|invalid token/i
const CONTENT = /content_filter|content_policy|content management policy/i
const PARAMETER_WORDS =
  /(?:unsupported|unrecognized|unknown|unexpected|invalid|not supported|extra inputs)[^.]{0,60}?['"`]?\b(temperature|top_p|top_k|min_p|seed|max_tokens|max_completion_tokens|logprobs|top_logprobs|response_format|encoding_format|stop)\b/i
const REVERSED_WORDS =
  /['"`]?\b(temperature|top_p|top_k|min_p|seed|max_tokens|max_completion_tokens|logprobs|top_logprobs|response_format|encoding_format|stop)\b['"`]?[^.]{0,60}?(?:unsupported|not supported|is not permitted|not allowed|does not support|unrecognized|unknown)/i

interface ErrorFields {
  message: string
  type: string
  code: string
  param: string
}

function clean(text: string): string {
  // Control characters and runs of blanks would disturb logs and tables.
  const flat = text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return flat.length > MESSAGE_CHARACTERS ? `${flat.slice(0, MESSAGE_CHARACTERS - 1)}…` : flat
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Returns the parts of an error body: an object, a string, `detail`, `message`, or HTML from a proxy. */
export function readErrorBody(body: string): ErrorFields {
  const none = { message: '', type: '', code: '', param: '' }
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return {
      ...none,
      message: body.trimStart().startsWith('<') ? 'an HTML page instead of JSON' : clean(body),
    }
  }
  if (typeof parsed !== 'object' || parsed === null)
    return { ...none, message: clean(text(parsed)) }
  const outer = parsed as Record<string, unknown>
  const inner = outer.error
  if (typeof inner === 'object' && inner !== null) {
    const fields = inner as Record<string, unknown>
    return {
      message: clean(text(fields.message)),
      type: text(fields.type),
      code: text(fields.code),
      param: text(fields.param),
    }
  }
  const detail = outer.detail ?? outer.message ?? inner
  const message = typeof detail === 'string' ? detail : JSON.stringify(detail ?? '')
  return { ...none, message: clean(message), type: text(outer.error_type ?? outer.type) }
}

/** Returns the wait that a Retry-After header asks for, in milliseconds; undefined when absent or unreadable. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

interface Verdict {
  kind: FailureKind
  reason: string
  code?: ErrorCode
  maxRetries?: number
  parameter?: string
}

function judge400(fields: ErrorFields, isList: boolean): Verdict {
  const all = `${fields.code} ${fields.type} ${fields.param} ${fields.message}`
  if (TOO_LONG.test(all)) return { kind: 'row', reason: 'too_long' }
  if (EMPTY_PROMPT.test(all)) return { kind: 'row', reason: 'empty_prompt' }
  if (VOCABULARY.test(all)) return { kind: 'config', reason: 'vocabulary' }
  if (CONTENT.test(all)) return { kind: 'row', reason: 'content_filter' }
  const named =
    PARAMETER_WORDS.exec(fields.message)?.[1] ??
    REVERSED_WORDS.exec(fields.message)?.[1] ??
    fields.param
  const base = named.split('.')[0] ?? ''
  const list = base === 'messages' || base === 'input' || base === 'prompt'
  if (base && !list) return { kind: 'config', reason: 'parameter', parameter: base }
  if (/schema|grammar/i.test(all)) return { kind: 'config', reason: 'bad_schema' }
  return { kind: isList ? 'split' : 'row', reason: 'refused' }
}

function judge(status: number, fields: ErrorFields, isList: boolean): Verdict {
  const all = `${fields.code} ${fields.type} ${fields.message}`
  switch (status) {
    case 400:
    case 422:
      return judge400(fields, isList)
    case 401:
    case 403:
      return { kind: 'config', reason: 'key' }
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
      if (TOO_LONG.test(all)) return { kind: 'row', reason: 'too_long' }
      if (/parse error/i.test(all)) return { kind: 'bug', reason: 'parse_error' }
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
  key: 'The server refuses the key. Check the environment variable named in keyEnv.',
  not_offered: 'The server does not offer this. Check the model name and the address.',
  redirect: 'The server answers with a redirect, which is not followed. Give its final address.',
  quota: 'The account has no quota left.',
  too_long: "The text is longer than the model's context.",
}

/** Returns the error of a reply with a status that is not 2xx, by the retry rules; `isList` says whether it held several inputs. */
export function httpError(
  status: number,
  headers: Record<string, string | undefined>,
  body: string,
  isList: boolean,
): AppError {
  const fields = readErrorBody(body)
  const { code, ...verdict } = judge(status, fields, isList)
  const wait = retryAfterMs(headers['retry-after'])
  const failure: Failure = {
    ...verdict,
    httpStatus: status,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  }
  const said = fields.message ? ` The server says: ${fields.message}` : ''
  const lead = ADVICE[verdict.reason] ?? `The server answered ${status}.`
  return requestError(failure, `${lead}${said}`, code ? { code } : {})
}
