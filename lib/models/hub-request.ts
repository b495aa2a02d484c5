import { lookup } from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { classifyAddress } from '@/lib/backends/http/address-classes'
import { AppError, type ErrorCode } from '@/lib/errors'
import type { Environment } from './paths'

const PUBLIC_HUB = 'https://huggingface.co'
/** The hub sends one to its storage, a mirror may send one to the hub first. */
const MAX_HOPS = 5

/** Returns the address of the hub that HF_ENDPOINT names, or the public one, without a slash at the end. */
export function hubBase(env: Environment = process.env): string {
  return (env.HF_ENDPOINT || PUBLIC_HUB).replace(/\/+$/, '')
}

/** Throws `capability_missing` where HF_HUB_OFFLINE says that nothing is to be asked of a hub. */
export function requireOnline(env: Environment = process.env): void {
  if (!/^(?:1|true|yes|on)$/i.test(env['HF_HUB_OFFLINE'] ?? '')) return
  throw new AppError(
    'capability_missing',
    'HF_HUB_OFFLINE is set, so nothing is fetched from a hub. Import the files from this machine, or start again without it.',
  )
}

function refusedHop(host: string, why: string): AppError {
  return new AppError(
    'data_error',
    `The hub leads to ${host}, ${why}. Nothing was fetched from there.`,
  )
}

/** Resolves a name to public addresses only, and connects to what was tested. */
const publicLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error) return done(error, '')
    const isPublic = found.every(({ address }) => classifyAddress(address) === 'public')
    if (!isPublic) return done(refusedHop(host, 'whose address is not a public one'), '')
    const [first] = found
    if (options.all) return done(null, found)
    done(null, first?.address ?? '', first?.family)
  })
}

/** Where the hub itself sends: its own host, or a public one over https. */
function checkHop(url: URL, hub: URL): void {
  if (url.hostname === hub.hostname && url.protocol === hub.protocol) return
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol !== 'https:') throw refusedHop(host, 'which is not https')
  if (isIP(host) !== 0 && classifyAddress(host) !== 'public') {
    throw refusedHop(host, 'which is not a public address')
  }
}

function ask(
  url: URL,
  hub: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const isHub = url.hostname === hub.hostname
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { headers, signal, ...(isHub ? {} : { lookup: publicLookup }) },
      resolve,
    )
    sent.on('error', reject)
    sent.end()
  })
}

/**
 * Returns the hub's answer to a GET, redirects followed: to its own host, or over https to public addresses. HF_TOKEN goes to the hub's own
 * origin and nowhere else. Read the body, or destroy it.
 */
export async function requestHub(
  address: string,
  headers: Record<string, string>,
  { env = process.env, signal }: { env?: Environment | undefined; signal: AbortSignal },
): Promise<IncomingMessage> {
  requireOnline(env)
  const hub = new URL(hubBase(env))
  let url = new URL(address)
  for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
    checkHop(url, hub)
    const token = url.origin === hub.origin ? env.HF_TOKEN : undefined
    const key: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
    const reply = await ask(url, hub, { ...headers, ...key }, signal)
    const { location } = reply.headers
    const status = reply.statusCode ?? 0
    if (status < 300 || status >= 400 || location === undefined) return reply
    reply.destroy()
    url = new URL(location, url)
  }
  throw new AppError('data_error', `${hub.host} redirects without end.`)
}

/** Returns what a refusal means and what to do about it. `what` names the model or data set. */
export function hubProblem(
  { status, code }: { status: number; code: unknown },
  what: string,
  env: Environment = process.env,
): string {
  const { host } = new URL(hubBase(env))
  const token = env.HF_TOKEN
    ? 'HF_TOKEN belongs to no account that may read it'
    : 'set HF_TOKEN to a token of an account that may read it'
  if (code === 'GatedRepo') {
    return `${host}: ${what} is gated. Ask for access on its page there, ${env.HF_TOKEN ? 'with the account of HF_TOKEN' : 'then set HF_TOKEN to a token of that account'}`
  }
  if (code === 'RevisionNotFound') return `${host}: ${what} has no such revision`
  if (code === 'EntryNotFound') return `${host}: ${what} has no such file`
  if (code === 'DisabledRepo') return `${host} has disabled ${what}`
  if (code === 'RepoNotFound' || status === 404) {
    return `${host} knows no ${what}, or it is private. Check the name; if it is private, ${token}`
  }
  if (status === 401 || status === 403) {
    return `${host} refused access (HTTP ${status}); ${token}`
  }
  if (status === 429) return `${host} asks to wait (HTTP 429); try again in a few minutes`
  return `${host} answered HTTP ${status}`
}

/** Returns the code of such an answer: a refusal is `not_found`, which no job tries again; a hub that is busy or broken may answer later. */
export function hubErrorCode(status: number): ErrorCode {
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'backend_unavailable' : 'not_found'
}
