import http from 'node:http'
import https from 'node:https'
import { AppError, throwIfAborted } from '@/lib/errors'
import { requestError } from '../session/request-error'
import {
  DEFAULT_POLICY,
  mayCarryKey,
  parseBaseUrl,
  resolveTested,
  type NetworkPolicy,
} from './address'
import { trustedCertificates } from './certificates'
import { httpError, type ClassifyError } from './errors'
import { exchange, type ExchangeError, type RawReply, type Target } from './exchange'
import { redactKey, repeatsKey } from './redact'

// Inference servers close idle connections after five seconds; closing first avoids the race.
const IDLE_MS = 4_000
// More than the highest limit of any backend, so that the limiter decides and not the sockets.
const MAX_SOCKETS = 256

/** One request on a client. */
export interface HttpRequest {
  method: 'GET' | 'POST'
  /** Fixed path of the dialect, below the base address. */
  path: string
  body?: unknown
  /** Sends no key, to find out whether one is needed. */
  withoutKey?: boolean
  /** Whether the body holds several inputs: a refusal then splits the list. */
  isList?: boolean
  /** Whether a good reply may have no body (health checks); its `json` is then null. */
  mayBeEmpty?: boolean
  timeoutMs: number
  maxBytes: number
  signal?: AbortSignal | undefined
}

/** A parsed reply with status 2xx. */
export interface HttpReply {
  json: unknown
  headers: Record<string, string | undefined>
  latencyMs: number
}

/** Where a client talks to and under which rules. */
export interface HttpClientOptions {
  baseUrl: string
  /** Read when a request is made; undefined sends none. */
  key: () => string | undefined
  /** Variable or store that the key comes from, for messages. */
  keyName?: string | null
  allowPlainHttp: boolean
  /** PEM file of a private certificate authority, trusted beside the usual ones. */
  caFile?: string | null
  policy?: NetworkPolicy
  /** What a dialect knows about its own errors; it is asked before the general rules. */
  classify?: ClassifyError
  /** How long an unused connection stays open, in milliseconds. */
  idleMs?: number
}

/** The one HTTP client of all backends: tested address, no redirects, no proxy, limits on time, size and headers. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpReply>
  close(): void
}

/** Returns base path and fixed path joined; a prefix that ends in /v1 does not double it. */
export function joinPath(base: URL, path: string): string {
  const prefix = base.pathname.replace(/\/+$/, '')
  return prefix.endsWith('/v1') && path.startsWith('/v1/') ? prefix + path.slice(3) : prefix + path
}

function networkFailure(cause: ExchangeError, host: string): AppError {
  const code = cause.code ?? 'connection'
  if (/CERT|SELF_SIGNED|ALTNAME|VERIFY|ISSUER/.test(code)) {
    return requestError(
      { kind: 'config', reason: code, httpStatus: null },
      `The certificate of ${host} is not trusted (${code}). Give the file of the authority that signed it.`,
      { code: 'backend_unavailable', cause },
    )
  }
  if (/^EPROTO$|SSL|TLS/.test(code)) {
    return requestError(
      { kind: 'config', reason: code, httpStatus: null },
      `${host} does not speak https (${code}). Check whether the address begins with http or https.`,
      { code: 'backend_unavailable', cause },
    )
  }
  if (code.startsWith('HPE_')) {
    return requestError(
      { kind: 'data_error', reason: code, httpStatus: null },
      `What ${host} answered is not proper HTTP (${code}).`,
      { cause },
    )
  }
  const said =
    code === 'ECONNREFUSED'
      ? `Nothing listens at ${host}.`
      : code === 'ETIMEDOUT'
        ? `${host} did not answer in time.`
        : `The connection to ${host} failed.`
  return requestError(
    { kind: 'retry', reason: code, httpStatus: null },
    `${said} Check that the server runs.`,
    { code: 'backend_unavailable', cause },
  )
}

function parseBody(raw: RawReply, request: HttpRequest, key: string | undefined): unknown {
  if (raw.body === '' && request.mayBeEmpty) return null
  if (repeatsKey(raw.body, key)) {
    throw requestError(
      { kind: 'data_error', reason: 'key_repeated', httpStatus: raw.status },
      'The reply repeats the key that was sent and is not kept. Do not trust this server with a key.',
    )
  }
  try {
    return JSON.parse(raw.body) as unknown
  } catch {
    throw requestError(
      { kind: 'data_error', reason: 'not_json', httpStatus: raw.status },
      'The reply is not JSON, or only a part of it. Check that the address is that of an inference server.',
    )
  }
}

/** Returns an error that says whether a key was sent and where it came from, when the server refused for the key; others as they are. */
function keyRefused(error: AppError, key: string | undefined, name: string | null): AppError {
  if (error.details?.['reason'] !== 'key') return error
  const where = name === null ? 'the key' : `the key in ${name}`
  const lead =
    key === undefined
      ? 'The server asks for a key and none was sent. Name the environment variable that holds it, or store it.'
      : `The server refuses ${where}: it is wrong, or not allowed to do this. Correct it and test again.`
  const said = error.message.replace(/^.*?(?= The server says: |$)/, '')
  return new AppError(error.code, `${lead}${said}`, {
    details: error.details,
    cause: error,
  })
}

/** Returns a client for one backend. `send` throws AppError with a Failure as details. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const base = parseBaseUrl(options.baseUrl)
  const agentOptions = {
    keepAlive: true,
    timeout: options.idleMs ?? IDLE_MS,
    maxSockets: MAX_SOCKETS,
  }
  // Agents of our own: none that the environment could send through a proxy.
  const agent =
    base.protocol === 'https:' ? new https.Agent(agentOptions) : new http.Agent(agentOptions)
  const ca = options.caFile ? trustedCertificates(options.caFile) : undefined
  const rules = { ...(options.policy ?? DEFAULT_POLICY), allowPlainHttp: options.allowPlainHttp }

  const prepare = async (request: HttpRequest): Promise<Target> => {
    const addresses = await resolveTested(base, rules)
    const key = request.withoutKey ? undefined : options.key()
    if (key !== undefined && /[^\x20-\x7e]/.test(key)) {
      throw requestError(
        { kind: 'config', reason: 'key', httpStatus: null },
        'The key holds a line break or a character that headers cannot carry. Set it again.',
      )
    }
    if (key !== undefined && !mayCarryKey(base, addresses, options.allowPlainHttp)) {
      throw requestError(
        { kind: 'config', reason: 'plain_key', httpStatus: null },
        'A key is not sent over plain http. Use https, or allow plain http for this backend.',
      )
    }
    return { base, addresses, agent, key, ca }
  }

  const attempt = async (request: HttpRequest, target: Target): Promise<RawReply> => {
    const payload = request.body === undefined ? null : Buffer.from(JSON.stringify(request.body))
    const outgoing = { ...request, path: joinPath(base, request.path), payload }
    const failed = (error: ExchangeError): never => {
      throwIfAborted(request.signal)
      throw error instanceof AppError ? error : networkFailure(error, base.host)
    }
    return exchange(target, outgoing).catch((error: ExchangeError) => {
      const dropped = error.code === 'ECONNRESET' || error.code === 'EPIPE'
      // The server had just closed a connection that we kept: one immediate repeat, on a connection of its own.
      if (error.reused && dropped && !request.signal?.aborted) {
        return exchange(target, outgoing, true).catch(failed)
      }
      return failed(error)
    })
  }

  return {
    async send(request) {
      throwIfAborted(request.signal)
      const start = performance.now()
      const target = await prepare(request)
      const raw = await attempt(request, target)
      if (raw.status < 200 || raw.status >= 300) {
        const body = redactKey(raw.body, target.key)
        const requestId = redactKey(raw.headers['x-request-id'] ?? '', target.key)
        const headers = { ...raw.headers, 'x-request-id': requestId }
        const error = httpError(
          raw.status,
          headers,
          body,
          request.isList === true,
          options.classify,
        )
        throw request.withoutKey ? error : keyRefused(error, target.key, options.keyName ?? null)
      }
      const latencyMs = performance.now() - start
      return { json: parseBody(raw, request, target.key), headers: raw.headers, latencyMs }
    },
    close: () => agent.destroy(),
  }
}
