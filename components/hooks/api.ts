import { addressOf } from '@/lib/api/address'
import type { Endpoint, Given, GivenParams, Method, Parsed, PartOf } from '@/lib/api/endpoint'
import type { ErrorCode } from '@/lib/errors'

/** The error codes of the server, and two that only a browser can know. */
type ApiErrorCode = ErrorCode | 'offline' | 'unauthorized'

/** A failed call: what happened (message) and the code that decides what to offer next. */
export class ApiError extends Error {
  readonly code: ApiErrorCode
  readonly status: number
  readonly details: Record<string, unknown> | undefined
  readonly request: string

  constructor(
    code: ApiErrorCode,
    message: string,
    context: { status: number; request: string; details?: Record<string, unknown> | undefined },
  ) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = context.status
    this.request = context.request
    this.details = context.details
  }
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

/** Turns a failed response into an ApiError, whatever its body holds. */
export function toApiError(status: number, text: string, request: string): ApiError {
  let body: Record<string, unknown> | undefined
  try {
    body = record(record(JSON.parse(text))?.['error'])
  } catch {
    body = undefined
  }
  const context = { status, request, details: record(body?.['details']) }
  if (typeof body?.['message'] === 'string') {
    const code = typeof body['code'] === 'string' ? (body['code'] as ApiErrorCode) : 'internal'
    return new ApiError(code, body['message'], context)
  }
  if (status === 401 || status === 403) {
    return new ApiError(
      'unauthorized',
      'The server asks for its access token. Open the address that was printed at start.',
      context,
    )
  }
  return new ApiError('internal', `The server answered ${status} without saying why.`, context)
}

function offline(request: string): ApiError {
  return new ApiError(
    'offline',
    'The server does not answer. Check that it is still running in its terminal, then retry.',
    { status: 0, request },
  )
}

interface SendOptions {
  body?: unknown
  signal?: AbortSignal | undefined
}

/** Returns a reply that is no error; throws ApiError, or the abort as it is. */
async function reply(method: Method, url: string, options: SendOptions): Promise<Response> {
  const request = `${method} ${url.slice(0, 300)}`
  const init: RequestInit = { method, headers: { accept: 'application/json' } }
  if (options.signal) init.signal = options.signal
  if (options.body !== undefined) {
    init.body = JSON.stringify(options.body)
    init.headers = { accept: 'application/json', 'content-type': 'application/json' }
  }
  let response: Response
  try {
    response = await fetch(url, init)
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error
    throw offline(request)
  }
  if (!response.ok) throw toApiError(response.status, await response.text(), request)
  return response
}

/** Returns the parsed JSON of a reply. */
async function send(method: Method, url: string, options: SendOptions): Promise<unknown> {
  const text = await (await reply(method, url, options)).text()
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}

/** Sends bytes as a raw body and returns the described reply; fetch reports no upload progress, hence XMLHttpRequest. */
export function sendBytes<const E extends Endpoint>(
  endpoint: E,
  input: Omit<CallInput<E>, 'body' | 'signal'>,
  bytes: Blob,
  { onProgress, signal }: { onProgress(sentBytes: number): void; signal?: AbortSignal | undefined },
): Promise<Parsed<PartOf<E, 'reply'>>> {
  const url = endpointUrl(endpoint, input)
  const request = `${endpoint.method} ${url}`
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const stop = () => xhr.abort()
    xhr.open(endpoint.method, url)
    xhr.setRequestHeader('content-type', 'application/octet-stream')
    xhr.upload.onprogress = (event) => onProgress(event.loaded)
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) {
        resolve(parsedReply(endpoint, JSON.parse(xhr.responseText)))
      } else reject(toApiError(xhr.status, xhr.responseText, request))
    }
    xhr.onerror = () => reject(offline(request))
    xhr.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'))
    xhr.onloadend = () => signal?.removeEventListener('abort', stop)
    signal?.addEventListener('abort', stop, { once: true })
    xhr.send(bytes)
  })
}

/** Returns true when trying the same call again may help. */
export function isRetryable(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'offline' || error.status >= 500)
}

/** Only the parts that an endpoint describes are asked for. */
export type CallInput<E extends Endpoint> = (keyof GivenParams<E> extends never
  ? { params?: undefined }
  : { params: GivenParams<E> }) &
  (PartOf<E, 'query'> extends undefined
    ? { query?: undefined }
    : { query: Given<PartOf<E, 'query'>> }) &
  (PartOf<E, 'body'> extends undefined
    ? { body?: undefined }
    : { body: Given<PartOf<E, 'body'>> }) & { signal?: AbortSignal | undefined }

/** Returns the address of an endpoint: names filled in, query values written (objects as JSON text). */
export function endpointUrl<const E extends Endpoint>(
  endpoint: E,
  input: Omit<CallInput<E>, 'body' | 'signal'>,
): string {
  return addressOf(endpoint.path, input)
}

function parsedReply<const E extends Endpoint>(
  endpoint: E,
  reply: unknown,
): Parsed<PartOf<E, 'reply'>> {
  if (process.env.NODE_ENV === 'production' || !endpoint.reply) return reply as never
  return endpoint.reply.parse(reply) as never
}

/** Makes a described call and returns its reply; outside production a reply of another shape is an error. */
export async function call<const E extends Endpoint>(
  endpoint: E,
  input: CallInput<E>,
): Promise<Parsed<PartOf<E, 'reply'>>> {
  return parsedReply(endpoint, await send(endpoint.method, addressOf(endpoint.path, input), input))
}

/** Makes a described call that answers with bytes. */
export async function callBytes<const E extends Endpoint>(
  endpoint: E,
  input: CallInput<E>,
): Promise<ArrayBuffer> {
  const response = await reply(endpoint.method, addressOf(endpoint.path, input), input)
  return response.arrayBuffer()
}
