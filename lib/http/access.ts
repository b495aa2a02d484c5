import { isLoopbackHost, type Config } from '@/lib/config'
import { attempts } from './attempts'
import { holdsSession, sameSecret, sessionCookie } from './session'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
// Set by the web process itself (lib/cli/start/front.mjs), which drops what a client sends under this name.
const REMOTE_HEADER = 'x-evolens-remote'

type AccessConfig = Pick<Config, 'host' | 'accessToken' | 'dataDir'>

/** What is wrong with a request that may not go on. */
export interface Refusal {
  state: 'refused'
  status: 401 | 403 | 429
  message: string
  /** Seconds after which another attempt is looked at. */
  retryAfter?: number
}

/** Outcome of the checks that come before any page or route. */
export type Access =
  | { state: 'ok' }
  | Refusal
  /** The address held a token: redirect to `location` (token removed), with a cookie where the session is new. */
  | { state: 'login'; location: string; setCookie: string | null }

/** Returns the host name of a Host header without port and brackets, lower case; empty when malformed. */
export function hostName(header: string): string {
  const match = /^(\[[0-9a-f:.]+\]|[^:/\s@]+)(?::\d{1,5})?$/i.exec(header.trim())
  return match?.[1]?.replace(/^\[|\]$/g, '').toLowerCase() ?? ''
}

function hostAllowed(header: string | null, config: AccessConfig): boolean {
  const name = hostName(header ?? '')
  if (!name) return false
  // Any name may be ours behind a proxy or in somebody's network, and a rebinding page does not have the token's cookie.
  return isLoopbackHost(name) || config.accessToken !== null
}

function originAllowed(request: Request): boolean {
  if (SAFE_METHODS.has(request.method)) return true
  const origin = request.headers.get('origin')
  if (origin === null) return request.headers.get('sec-fetch-site') !== 'cross-site'
  try {
    return new URL(origin).host.toLowerCase() === (request.headers.get('host') ?? '').toLowerCase()
  } catch {
    return false
  }
}

function remoteOf(request: Request): string {
  return request.headers.get(REMOTE_HEADER) ?? ''
}

function isSecure(request: Request): boolean {
  return request.headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https'
}

function refused(status: Refusal['status'], message: string): Refusal {
  return { state: 'refused', status, message }
}

/**
 * Returns null when `given` is the access token, else the refusal; failed attempts are counted and slowed down for their
 * remote and in total. Sessions that are open are not asked again, so nobody is locked out by the guesses of others.
 */
function tryToken(request: Request, given: string, token: string): Refusal | null {
  const remote = remoteOf(request)
  const retryAfter = attempts().waitFor(remote)
  if (retryAfter > 0) {
    const message = `Too many wrong access tokens were sent. Try again in ${retryAfter} s.`
    return { ...refused(429, message), retryAfter }
  }
  if (sameSecret(given, token)) return null
  attempts().failed(remote)
  return refused(401, 'This access token is wrong.')
}

function bearerOf(request: Request): string | null {
  const header = request.headers.get('authorization') ?? ''
  return /^Bearer\s+(.+)$/i.exec(header)?.[1]?.trim() ?? null
}

/** Returns the part of an address after the host, without the access token. */
function withoutToken(url: URL): string {
  url.searchParams.delete('token')
  // Two slashes would name another host.
  return `/${url.pathname.replace(/^[/\\]+/, '')}${url.search}`
}

function checkToken(request: Request, token: string, dataDir: string): Access {
  const url = new URL(request.url)
  const inAddress = request.method === 'GET' ? url.searchParams.get('token') : null
  if (holdsSession(request.headers.get('cookie'), dataDir, token)) {
    if (inAddress === null) return { state: 'ok' }
    return { state: 'login', location: withoutToken(url), setCookie: null }
  }
  const bearer = bearerOf(request)
  if (bearer !== null) return tryToken(request, bearer, token) ?? { state: 'ok' }
  if (inAddress !== null) {
    const setCookie = () => sessionCookie(dataDir, token, isSecure(request))
    return (
      tryToken(request, inAddress, token) ?? {
        state: 'login',
        location: withoutToken(url),
        setCookie: setCookie(),
      }
    )
  }
  return refused(
    401,
    'An access token is required. Log in on any page, or send the header "Authorization: Bearer <token>".',
  )
}

/** Sites whose pages may make a browser ask the API; clients that are no browsers send no such header. */
const OWN_SITES = new Set([null, 'same-origin', 'none'])

/**
 * Returns the refusal of a request for another host name or from the pages of others; null when it is neither. Pages may
 * be linked to from anywhere, the API may not: a link could make it write files, exports and histories.
 */
export function checkSource(
  request: Request,
  config: AccessConfig,
  kind: 'page' | 'api',
): Refusal | null {
  if (!hostAllowed(request.headers.get('host'), config)) {
    return refused(
      403,
      'This host name is not served here. Open the address that "npm start" printed, or set HOST.',
    )
  }
  const isOurs = kind === 'page' || OWN_SITES.has(request.headers.get('sec-fetch-site'))
  if (originAllowed(request) && isOurs) return null
  return refused(
    403,
    'Requests like this are accepted from our own pages only. A reverse proxy has to pass the Host header on.',
  )
}

/**
 * Returns whether a request may go on: Host is ours (a page on another name cannot reach us by rebinding), a change
 * comes from our own pages, and the access token is there when one is configured. Loopback names pass on any port.
 */
export function checkAccess(
  request: Request,
  config: AccessConfig,
  kind: 'page' | 'api' = 'page',
): Access {
  const source = checkSource(request, config, kind)
  if (source) return source
  if (config.accessToken === null) return { state: 'ok' }
  return checkToken(request, config.accessToken, config.dataDir)
}

/** Returns the Set-Cookie header of a session opened with the given token, or the refusal. */
export function logIn(request: Request, config: AccessConfig, given: string): string | Refusal {
  if (config.accessToken === null) return refused(403, 'No access token is configured here.')
  return (
    tryToken(request, given, config.accessToken) ??
    sessionCookie(config.dataDir, config.accessToken, isSecure(request))
  )
}

/** Returns a path of this server to go on to after logging in; `/` for anything that could lead elsewhere. */
export function localPath(text: string): string {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(text) || text.includes('\\')) return '/'
  return text
}
