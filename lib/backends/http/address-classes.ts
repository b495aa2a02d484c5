import { BlockList, isIPv4 } from 'node:net'

/** What an address is for the network rules. */
type AddressClass = 'loopback' | 'private' | 'forbidden' | 'public'

/** Network, prefix length and family of a range of addresses. */
type AddressRange = readonly [string, number, 'ipv4' | 'ipv6']

const LOOPBACK: readonly AddressRange[] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]
const PRIVATE: readonly AddressRange[] = [
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
  // Meant for documentation and tests; containers and laboratories use them as private ones.
  ['192.0.2.0', 24, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['2001:db8::', 32, 'ipv6'],
]
// Metadata services of clouds that do not use the link-local address, or not only.
const METADATA: readonly AddressRange[] = [
  ['100.100.100.200', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  ['192.0.0.192', 32, 'ipv4'],
  ['fd00:ec2::254', 128, 'ipv6'],
  ['fd20:ce::254', 128, 'ipv6'],
]
// Link-local, "this network", tunnels, multicast, reserved and broadcast: no inference server lives there.
const FORBIDDEN: readonly AddressRange[] = [
  ...METADATA,
  ['169.254.0.0', 16, 'ipv4'],
  ['0.0.0.0', 8, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 32, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]

/** Returns a list that tells whether an address lies in one of the ranges. */
export function blockList(ranges: readonly AddressRange[]): BlockList {
  const list = new BlockList()
  for (const [net, prefix, family] of ranges) list.addSubnet(net, prefix, family)
  return list
}

const LISTS = {
  forbidden: blockList(FORBIDDEN),
  loopback: blockList(LOOPBACK),
  private: blockList(PRIVATE),
}

/** Returns the IPv4 address inside an IPv6 one (mapped, compatible, NAT64 or 6to4), else the address itself. */
export function unwrapAddress(address: string): string {
  const plain = address.replace(/%.*$/, '')
  if (isIPv4(plain)) return plain
  const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1)
  const match =
    /^(?:::ffff:|::|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ??
    /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(canonical)
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
