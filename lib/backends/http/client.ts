import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { AppError, throwIfAborted } from '@/lib/errors'
import { requestError } from '../shared/request-error'
import {
  DEFAULT_POLICY,
  mayCarryKey,
  parseBaseUrl,
  resolveTested,
  type NetworkPolicy,
  type TestedAddress,
} from './address'
import { httpError } from './errors'

// Inference servers close idle connections after five seconds; closing first avoids the race.
const IDLE_MS = 4_000
const CONNECT_MS = 5_000
// An error body is read this far; the rest is of no use.
const ERROR_BYTES = 2_048
const HEADER_BYTES = 16 * 1024

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
  allowPlainHttp: boolean
  policy?: NetworkPolicy
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

function networkFailure(cause: unknown, host: string): AppError {
  const code = (cause as NodeJS.ErrnoException | null)?.code ?? ''
  const said =
    code === 'ECONNREFUSED' ? `Nothing listens at ${host}.` : `The connection to ${host} failed.`
  const tls = /CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)
  return requestError(
    { kind: tls ? 'config' : 'retry', reason: code || 'connection', httpStatus: null },
    tls
      ? `The certificate of ${host} is not trusted (${code}).`
      : `${said} Check that the server runs.`,
    { code: 'backend_unavailable', cause },
  )
}

function tooLarge(limit: number): AppError {
  return requestError(
    { kind: 'data_error', reason: 'reply_too_large', httpStatus: 200 },
    `The reply is longer than ${limit} bytes and was cut off.`,
  )
}

interface Raw {
  status: number
  headers: Record<string, string | undefined>
  body: string
}

function flatHeaders(headers: http.IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}

function readBody(response: http.IncomingMessage, limit: number, cut: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= limit) return
      response.destroy()
      if (cut) resolve(Buffer.concat(chunks).toString('utf8', 0, limit))
      else reject(tooLarge(limit))
    })
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    response.on('error', reject)
    response.on('close', () =>
      reject(new Error('the connection closed before the reply was complete')),
    )
  })
}

function pinned(tested: TestedAddress): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) callback(null, [{ address: tested.address, family: tested.family }])
    else callback(null, tested.address, tested.family)
  }
}

/** Returns a client for one backend. `send` throws AppError with a Failure as details. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const base = parseBaseUrl(options.baseUrl)
  const secure = base.protocol === 'https:'
  const agentOptions = { keepAlive: true, timeout: IDLE_MS, maxSockets: 64 }
  const agent = secure ? new https.Agent(agentOptions) : new http.Agent(agentOptions)
  const rules = { ...(options.policy ?? DEFAULT_POLICY), allowPlainHttp: options.allowPlainHttp }

  const exchange = (request: HttpRequest, tested: TestedAddress, payload: Buffer | null) =>
    new Promise<Raw>((resolve, reject) => {
      const key = request.withoutKey ? undefined : options.key()
      if (key !== undefined && !mayCarryKey(base, tested, options.allowPlainHttp)) {
        reject(new AppError('invalid_input', 'A key is not sent over plain http. Use https.'))
        return
      }
      const outgoing = (secure ? https : http).request({
        agent,
        protocol: base.protocol,
        hostname: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port || (secure ? 443 : 80),
        path: joinPath(base, request.path),
        method: request.method,
        lookup: pinned(tested),
        maxHeaderSize: HEADER_BYTES,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...(payload
            ? { 'content-type': 'application/json', 'content-length': payload.length }
            : {}),
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        ...(request.signal ? { signal: request.signal } : {}),
      })
      const stop = (message: string) => () =>
        outgoing.destroy(Object.assign(new Error(message), { code: 'ETIMEDOUT' }))
      const overall = setTimeout(stop('no reply in time'), request.timeoutMs)
      const connecting = setTimeout(stop('no connection in time'), CONNECT_MS)
      const connected = () => clearTimeout(connecting)
      outgoing.on('socket', (socket) => {
        if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', connected)
        else connected()
      })
      outgoing.on('close', () => {
        clearTimeout(overall)
        clearTimeout(connecting)
      })
      outgoing.on('error', (error) => {
        reject(Object.assign(error, { reused: outgoing.reusedSocket }))
      })
      outgoing.on('response', (response) => {
        const status = response.statusCode ?? 0
        const good = status >= 200 && status < 300
        const encoding = response.headers['content-encoding']
        if (encoding && encoding !== 'identity') {
          outgoing.destroy()
          const failure = { kind: 'data_error', reason: 'encoding', httpStatus: status } as const
          reject(
            requestError(
              failure,
              `The reply is compressed (${encoding.slice(0, 20)}), which was not asked for.`,
            ),
          )
          return
        }
        readBody(response, good ? request.maxBytes : ERROR_BYTES, !good)
          .then((body) => resolve({ status, headers: flatHeaders(response.headers), body }))
          .catch(reject)
      })
      outgoing.end(payload ?? undefined)
    })

  const attempt = async (request: HttpRequest): Promise<Raw> => {
    const tested = await resolveTested(base, rules)
    const payload = request.body === undefined ? null : Buffer.from(JSON.stringify(request.body))
    try {
      return await exchange(request, tested, payload)
    } catch (error) {
      throwIfAborted(request.signal)
      if (error instanceof AppError) throw error
      const { code, reused } = error as NodeJS.ErrnoException & { reused?: boolean }
      // A kept-alive socket that the server had just closed: one immediate repeat, on a new connection.
      if (reused && (code === 'ECONNRESET' || code === 'EPIPE')) {
        return await exchange(request, tested, payload).catch((again: unknown) => {
          throwIfAborted(request.signal)
          throw again instanceof AppError ? again : networkFailure(again, base.host)
        })
      }
      throw networkFailure(error, base.host)
    }
  }

  return {
    async send(request) {
      throwIfAborted(request.signal)
      const start = performance.now()
      const raw = await attempt(request)
      if (raw.status < 200 || raw.status >= 300) {
        throw httpError(raw.status, raw.headers, raw.body, request.isList === true)
      }
      const latencyMs = performance.now() - start
      try {
        return { json: JSON.parse(raw.body) as unknown, headers: raw.headers, latencyMs }
      } catch {
        throw requestError(
          { kind: 'data_error', reason: 'not_json', httpStatus: raw.status },
          'The reply is not JSON. Check that the address is that of an inference server.',
        )
      }
    },
    close: () => agent.destroy(),
  }
}
