import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { requestError } from '../session/request-error'
import type { TestedAddress } from './address'
import { redactKey } from './redact'

const CONNECT_MS = 5_000
// An error body is read this far; the rest is of no use.
const ERROR_BYTES = 2_048
const HEADER_BYTES = 16 * 1024

/** Where a request goes: one server, with the addresses that passed the rules. */
export interface Target {
  base: URL
  addresses: readonly TestedAddress[]
  agent: http.Agent
  key: string | undefined
  /** Certificates to trust instead of the usual ones. */
  ca: string[] | undefined
}

/** What is sent, and the limits of the answer. */
interface Outgoing {
  method: 'GET' | 'POST'
  path: string
  payload: Buffer | null
  timeoutMs: number
  maxBytes: number
  signal?: AbortSignal | undefined
}

/** A whole answer of any status; bodies of errors are cut at 2 KB. */
export interface RawReply {
  status: number
  headers: Record<string, string | undefined>
  body: string
}

/** How a connection failed; `reused` tells that it had been kept open from an earlier request. */
export type ExchangeError = NodeJS.ErrnoException & { reused?: boolean }

function flatHeaders(headers: http.IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}

function unbelievable(reason: string, status: number, message: string): Error {
  return requestError({ kind: 'data_error', reason, httpStatus: status }, message)
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
      else {
        const message = `The reply is longer than ${limit} bytes and was cut off.`
        reject(unbelievable('reply_too_large', response.statusCode ?? 0, message))
      }
    })
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    response.on('error', reject)
    response.on('close', () => {
      const early = new Error('the connection closed before the reply was complete')
      reject(Object.assign(early, { code: 'ECONNRESET' }))
    })
  })
}

/** Refuses what was not asked for: compressed bodies, and good replies that are not JSON. */
function checkHeaders(
  response: http.IncomingMessage,
  good: boolean,
  key: string | undefined,
): void {
  const status = response.statusCode ?? 0
  const encoding = response.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    const what = redactKey(encoding, key).slice(0, 20)
    throw unbelievable('encoding', status, `The reply is compressed (${what}) without being asked.`)
  }
  const type = response.headers['content-type'] ?? 'application/json'
  const empty = response.headers['content-length'] === '0'
  if (good && !empty && !/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    const what = redactKey(type, key).slice(0, 40)
    throw unbelievable(
      'not_json',
      status,
      `The reply is of type ${what}, not JSON. Check that the address is that of an inference server.`,
    )
  }
}

/** A look-up that answers with the addresses that were tested, and nothing else. */
function pinned(addresses: readonly TestedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses
    if (options.all) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
}

function requestHeaders(target: Target, payload: Buffer | null): http.OutgoingHttpHeaders {
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...(payload ? { 'content-type': 'application/json', 'content-length': payload.length } : {}),
    ...(target.key === undefined ? {} : { authorization: `Bearer ${target.key}` }),
  }
}

/**
 * Sends one request and returns the answer. Nothing is followed or looked up again; time, size and headers are limited.
 * Rejects with ExchangeError for connections and with AppError for answers that cannot be taken. `fresh` opens a
 * connection of its own.
 */
export function exchange(target: Target, outgoing: Outgoing, fresh = false): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const { base, addresses, agent, ca } = target
    const secure = base.protocol === 'https:'
    let late: Error | null = null
    const request = (secure ? https : http).request({
      agent: fresh ? false : agent,
      protocol: base.protocol,
      hostname: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port || (secure ? 443 : 80),
      path: outgoing.path,
      method: outgoing.method,
      lookup: pinned(addresses),
      maxHeaderSize: HEADER_BYTES,
      headers: requestHeaders(target, outgoing.payload),
      ...(ca ? { ca } : {}),
      ...(outgoing.signal ? { signal: outgoing.signal } : {}),
    })
    const fail = (error: Error) => {
      reject(late ?? Object.assign(error, { reused: request.reusedSocket }))
    }
    const stop = (message: string) => () => {
      late = Object.assign(new Error(message), { code: 'ETIMEDOUT' })
      request.destroy(late)
      reject(late)
    }
    const overall = setTimeout(stop('no reply in time'), outgoing.timeoutMs)
    let connecting: NodeJS.Timeout | undefined
    request.on('socket', (socket) => {
      if (!socket.connecting) return
      connecting = setTimeout(stop('no connection in time'), CONNECT_MS)
      socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connecting))
    })
    request.on('close', () => {
      clearTimeout(overall)
      clearTimeout(connecting)
    })
    request.on('error', fail)
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      const good = status >= 200 && status < 300
      try {
        checkHeaders(response, good, target.key)
      } catch (error) {
        request.destroy()
        reject(error as Error)
        return
      }
      readBody(response, good ? outgoing.maxBytes : ERROR_BYTES, !good).then(
        (body) => resolve({ status, headers: flatHeaders(response.headers), body }),
        (error: Error) => reject(late ?? error),
      )
    })
    request.end(outgoing.payload ?? undefined)
  })
}
