import { lookup } from 'node:dns/promises'
import { isIP, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { AppError } from '@/lib/errors'
import { requestError } from '../session/request-error'
import type { BackendEnvironment } from '../types'
import { blockList, classifyAddress, unwrapAddress } from './address-classes'

// A resolver that does not answer holds a request no longer than a host that does not.
const LOOKUP_MS = 5_000

/** What the operator allows beyond the defaults. */
export interface NetworkPolicy {
  /** Host names, addresses or CIDR ranges (ALLOWED_BACKEND_HOSTS). */
  allowedHosts: readonly string[]
  /** The dashboard's own port: a backend there would be ourselves. */
  ownPort: number | null
  /** Whether the dashboard listens beyond loopback; then loopback and private targets need the list as well. */
  exposed: boolean
}

/** The environment of backends that talk over the network; without a policy the strict defaults hold. */
export interface NetworkEnvironment extends BackendEnvironment {
  network?: NetworkPolicy
}

/** The defaults: loopback and public https only. */
export const DEFAULT_POLICY: NetworkPolicy = { allowedHosts: [], ownPort: null, exposed: false }

/** An address that passed the rules, to be connected to without another look-up. */
export interface TestedAddress {
  address: string
  family: 4 | 6
}

function listed(host: string, address: string, allowed: readonly string[]): boolean {
  const plain = unwrapAddress(address)
  return allowed.some((entry) => {
    if (entry.toLowerCase() === host) return true
    const [net = '', prefix] = entry.split('/')
    const version = isIP(net)
    if (version === 0) return false
    if (prefix === undefined) return unwrapAddress(net) === plain
    const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity
    if (bits > (version === 4 ? 32 : 128)) return false
    const family = version === 4 ? 'ipv4' : 'ipv6'
    return (
      (isIPv4(plain) ? 'ipv4' : 'ipv6') === family &&
      blockList([[net, bits, family]]).check(plain, family)
    )
  })
}

/** Returns a parsed base address: http or https, no credentials, no query; throws `invalid_input` otherwise. */
export function parseBaseUrl(raw: string): URL {
  let url: URL
  try {
    url = new URL(raw)
  } catch {
    throw new AppError(
      'invalid_input',
      'The address is not a URL. Write it like http://127.0.0.1:8000.',
    )
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AppError('invalid_input', 'Only http and https addresses can be used.')
  }
  if (url.username || url.password) {
    throw new AppError(
      'invalid_input',
      'Leave the name and password out of the address; name the key in keyEnv.',
    )
  }
  if (url.search || url.hash) {
    throw new AppError(
      'invalid_input',
      'Give the address without "?" and "#"; keys do not belong into it.',
    )
  }
  return url
}

function refuse(host: string, why: string): never {
  throw requestError(
    { kind: 'config', reason: 'address', httpStatus: null },
    `${host} cannot be used as a backend: ${why}`,
  )
}

/** Whether packets to the address stay on this machine: loopback, or the address of one of its interfaces. */
function isThisMachine(address: string): boolean {
  if (classifyAddress(address) === 'loopback') return true
  const plain = unwrapAddress(address)
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => unwrapAddress(entry.address) === plain),
  )
}

interface PlainHttp {
  /** The user's consent, per backend, to plain http beyond loopback. */
  allowPlainHttp: boolean
}

function checkAddress(
  url: URL,
  host: string,
  address: string,
  rules: NetworkPolicy & PlainHttp,
): void {
  const kind = classifyAddress(address)
  if (kind === 'forbidden') refuse(host, 'its address is link-local, reserved or for metadata.')
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  if (port === rules.ownPort && isThisMachine(address))
    refuse(host, 'this is the dashboard itself.')
  if (kind === 'public' && url.protocol === 'http:' && !rules.allowPlainHttp) {
    refuse(
      host,
      'plain http to a public host shows keys and data to others. Use https, or allow plain http for this backend.',
    )
  }
  if (listed(host, address, rules.allowedHosts)) return
  if (kind === 'private' || (kind === 'loopback' && rules.exposed)) {
    refuse(host, 'it is in a private network. Add it to ALLOWED_BACKEND_HOSTS and start again.')
  }
}

function lookUp(host: string): Promise<{ address: string; family: number }[]> {
  const unresolved = (cause: unknown) =>
    requestError(
      { kind: 'retry', reason: 'dns', httpStatus: null },
      `The name ${host} cannot be resolved. Check the address and the name server.`,
      { cause },
    )
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(unresolved(undefined)), LOOKUP_MS)
    lookup(host, { all: true })
      .then(resolve, (cause: unknown) => reject(unresolved(cause)))
      .finally(() => clearTimeout(late))
  })
}

/**
 * Resolves the host and returns the addresses to connect to, after testing every one of them. Connect to exactly these:
 * a second look-up may answer differently.
 */
export async function resolveTested(
  url: URL,
  rules: NetworkPolicy & PlainHttp,
): Promise<TestedAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await lookUp(host)
  if (found.length === 0) refuse(host, 'the name has no address.')
  for (const { address } of found) checkAddress(url, host, address, rules)
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}

/** Returns whether a key may be sent: over https, to loopback, or where the user allowed plain http. */
export function mayCarryKey(
  url: URL,
  tested: readonly TestedAddress[],
  allowPlainHttp: boolean,
): boolean {
  if (url.protocol === 'https:' || allowPlainHttp) return true
  return tested.every(({ address }) => classifyAddress(address) === 'loopback')
}
