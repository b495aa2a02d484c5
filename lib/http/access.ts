import { createHash, timingSafeEqual } from 'node:crypto'
import { isLoopbackHost, type Config } from '@/lib/config'

const COOKIE = 'evolens_access'
// A month: long enough for a study, short enough that a forgotten browser loses access.
const COOKIE_SECONDS = 30 * 24 * 3600
const WILDCARD_HOSTS = new Set(['0.0.0.0', '::', '[::]'])
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

type AccessConfig = Pick<Config, 'host' | 'accessToken'>

/** Outcome of the checks that come before any page or route. */
export type Access =
  | { state: 'ok' }
  | { state: 'refused'; status: 401 | 403; message: string }
  /** The address held the right token: redirect to `location` (token removed) and set the cookie. */
  | { state: 'login'; location: string; setCookie: string }

/** Returns the host name of a Host header without port and brackets, lower case; empty when malformed. */
export function hostName(header: string): string {
  const match = /^(\[[0-9a-f:.]+\]|[^:/\s@]+)(?::\d{1,5})?$/i.exec(header.trim())
  return match?.[1]?.replace(/^\[|\]$/g, '').toLowerCase() ?? ''
}

function hostAllowed(header: string | null, config: AccessConfig): boolean {
  const name = hostName(header ?? '')
  if (!name) return false
  if (isLoopbackHost(name)) return true
  // Bound to every address: any name may be ours, and the token cookie is what a rebinding page does not have.
  if (WILDCARD_HOSTS.has(config.host)) return config.accessToken !== null
  return name === config.host.replace(/^\[|\]$/g, '').toLowerCase()
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

function digest(text: string): Buffer {
  return createHash('sha256').update(`evolens-access:${text}`).digest()
}

function cookieValue(header: string | null): string | null {
  for (const part of (header ?? '').split(';')) {
    const [name, value] = part.trim().split('=')
    if (name === COOKIE && value) return value
  }
  return null
}

function holdsToken(request: Request, token: string): boolean {
  const expected = digest(token)
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (bearer !== undefined && timingSafeEqual(digest(bearer.trim()), expected)) return true
  const cookie = cookieValue(request.headers.get('cookie'))
  if (cookie === null || !/^[0-9a-f]{64}$/.test(cookie)) return false
  return timingSafeEqual(Buffer.from(cookie, 'hex'), expected)
}

function tokenLogin(request: Request, token: string): Access | null {
  const url = new URL(request.url)
  const given = url.searchParams.get('token')
  if (given === null || request.method !== 'GET') return null
  if (!timingSafeEqual(digest(given), digest(token))) return null
  url.searchParams.delete('token')
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${COOKIE_SECONDS}`
  return {
    state: 'login',
    location: `${url.pathname}${url.search}`,
    setCookie: `${COOKIE}=${digest(token).toString('hex')}; ${attributes}`,
  }
}

/**
 * Returns whether a request may go on: Host is ours (a page on another name cannot reach us by rebinding), a change
 * comes from our own pages, and the access token is there when one is configured. Loopback names pass on any port.
 */
export function checkAccess(request: Request, config: AccessConfig): Access {
  if (!hostAllowed(request.headers.get('host'), config)) {
    return {
      state: 'refused',
      status: 403,
      message:
        'This host name is not served here. Open the address that "npm start" printed, or set HOST.',
    }
  }
  if (!originAllowed(request)) {
    return {
      state: 'refused',
      status: 403,
      message: 'Changes are accepted from our own pages only.',
    }
  }
  if (config.accessToken === null || holdsToken(request, config.accessToken)) return { state: 'ok' }
  return (
    tokenLogin(request, config.accessToken) ?? {
      state: 'refused',
      status: 401,
      message:
        'An access token is required. Open the address with "?token=..." once in this browser.',
    }
  )
}
