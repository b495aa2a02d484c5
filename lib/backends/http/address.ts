import { lookup } from 'node:dns/promises'
import { BlockList, isIP, isIPv4 } from 'node:net'
import { AppError } from '@/lib/errors'
import type { BackendEnvironment } from '../types'

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

/** What an address is for the rules. */
export type AddressClass = 'loopback' | 'private' | 'forbidden' | 'public'

type Range = readonly [string, number, 'ipv4' | 'ipv6']

const LOOPBACK: readonly Range[] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]
const PRIVATE: readonly Range[] = [
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
]
// Link-local, cloud metadata, "this network", multicast, reserved and broadcast: no inference server lives there.
const FORBIDDEN: readonly Range[] = [
  ['169.254.0.0', 16, 'ipv4'],
  ['0.0.0.0', 8, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
]

function blockList(ranges: readonly Range[]): BlockList {
  const list = new BlockList()
  for (const [net, prefix, family] of ranges) list.addSubnet(net, prefix, family)
  return list
}

const LISTS = {
  forbidden: blockList(FORBIDDEN),
  loopback: blockList(LOOPBACK),
  private: blockList(PRIVATE),
}

/** Returns the IPv4 address inside an IPv6 one (mapped, compatible or NAT64), else the address itself. */
export function unwrapAddress(address: string): string {
  const plain = address.replace(/%.*$/, '')
  if (isIPv4(plain)) return plain
  const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1)
  const match = /^(?:::ffff:|::|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical)
  if (!match) return canonical
  const high = Number.parseInt(match[1] as string, 16)
  const low = Number.parseInt(match[2] as string, 16)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** Returns the class of an IP address. */
export function classifyAddress(address: string): AddressClass {
  const plain = unwrapAddress(address)
  const family = isIPv4(plain) ? 'ipv4' : 'ipv6'
  for (const name of ['forbidden', 'loopback', 'private'] as const) {
    if (LISTS[name].check(plain, family)) return name
  }
  return 'public'
}

function listed(host: string, address: string, allowed: readonly string[]): boolean {
  const plain = unwrapAddress(address)
  return allowed.some((entry) => {
    if (entry.toLowerCase() === host) return true
    const [net = '', prefix] = entry.split('/')
    const version = isIP(net)
    if (version === 0) return false
    if (prefix === undefined) return unwrapAddress(net) === plain
    const bits = Number(prefix)
    const most = version === 4 ? 32 : 128
    if (!Number.isInteger(bits) || bits < 0 || bits > most) return false
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
  throw new AppError('invalid_input', `${host} cannot be used as a backend: ${why}`, {
    details: { kind: 'config', reason: 'address', httpStatus: null },
  })
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
  if (kind === 'loopback' && port === rules.ownPort) refuse(host, 'this is the dashboard itself.')
  if (listed(host, address, rules.allowedHosts)) return
  if (kind === 'private' || (kind === 'loopback' && rules.exposed)) {
    refuse(host, 'it is in a private network. Add it to ALLOWED_BACKEND_HOSTS and start again.')
  }
  if (kind === 'public' && url.protocol === 'http:' && !rules.allowPlainHttp) {
    refuse(
      host,
      'plain http to a public host shows keys and data to others. Use https, or allow it for this backend.',
    )
  }
}

interface PlainHttp {
  /** The user's consent, per backend, to plain http beyond loopback. */
  allowPlainHttp: boolean
}

/**
 * Resolves the host and returns the address to connect to, after testing every address it resolves to. Connect to
 * exactly this one: a second look-up may answer differently.
 */
export async function resolveTested(
  url: URL,
  rules: NetworkPolicy & PlainHttp,
): Promise<TestedAddress> {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const found = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await lookup(host, { all: true }).catch((cause: unknown) => {
        throw new AppError('backend_unavailable', `The name ${host} cannot be resolved.`, {
          cause,
          details: { kind: 'retry', reason: 'dns', httpStatus: null },
        })
      })
  for (const { address } of found) checkAddress(url, host, address, rules)
  const first = found[0]
  if (!first) refuse(host, 'the name has no address.')
  return { address: first.address, family: first.family === 6 ? 6 : 4 }
}

/** Returns whether a key may be sent: over https, to loopback, or where the user allowed plain http. */
export function mayCarryKey(url: URL, tested: TestedAddress, allowPlainHttp: boolean): boolean {
  if (url.protocol === 'https:' || allowPlainHttp) return true
  return classifyAddress(tested.address) === 'loopback'
}
