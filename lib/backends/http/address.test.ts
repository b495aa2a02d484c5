import { describe, expect, it } from 'vitest'
import { networkInterfaces } from 'node:os'
import { DEFAULT_POLICY, mayCarryKey, parseBaseUrl, resolveTested } from './address'
import { classifyAddress, unwrapAddress } from './address-classes'

const rules = { ...DEFAULT_POLICY, allowPlainHttp: false }
const check = (url: string, change: Partial<typeof rules> = {}) =>
  resolveTested(parseBaseUrl(url), { ...rules, ...change })

describe('addresses', () => {
  it('are classed after unwrapping IPv4 inside IPv6', () => {
    const classes = {
      '127.0.0.1': 'loopback',
      '127.9.9.9': 'loopback',
      '::1': 'loopback',
      '::ffff:127.0.0.1': 'loopback',
      '::ffff:7f00:1': 'loopback',
      '10.1.2.3': 'private',
      '172.31.0.1': 'private',
      '172.32.0.1': 'public',
      '192.168.1.1': 'private',
      '100.64.0.1': 'private',
      'fd12::1': 'private',
      '::ffff:10.0.0.1': 'private',
      '64:ff9b::a00:1': 'private',
      '169.254.169.254': 'forbidden',
      '::ffff:169.254.169.254': 'forbidden',
      'fe80::1': 'forbidden',
      'fe80::1%eth0': 'forbidden',
      'fd00:ec2::254': 'forbidden',
      '100.100.100.200': 'forbidden',
      '168.63.129.16': 'forbidden',
      '2002:a9fe:a9fe::1': 'forbidden',
      '2002:7f00:1::': 'loopback',
      '64:ff9b:1::1': 'forbidden',
      '2001:0:1::': 'forbidden',
      'fec0::1': 'forbidden',
      '198.18.0.1': 'private',
      '203.0.113.9': 'private',
      '0.0.0.0': 'forbidden',
      '::': 'forbidden',
      '224.0.0.1': 'forbidden',
      '255.255.255.255': 'forbidden',
      '8.8.8.8': 'public',
      '2606:4700::1111': 'public',
    }
    for (const [address, kind] of Object.entries(classes)) {
      expect([address, classifyAddress(address)]).toEqual([address, kind])
    }
    expect(unwrapAddress('::ffff:c0a8:101')).toBe('192.168.1.1')
  })

  it('allow loopback and public https, and refuse the rest', async () => {
    expect(await check('http://127.0.0.1:8000')).toEqual([{ address: '127.0.0.1', family: 4 }])
    expect(await check('http://[::1]:8000')).toEqual([{ address: '::1', family: 6 }])
    expect(await check('https://8.8.8.8')).toEqual([{ address: '8.8.8.8', family: 4 }])
    const refused = [
      'http://8.8.8.8',
      'http://192.168.0.9:8000',
      'https://10.0.0.1',
      'http://169.254.169.254',
      'http://0.0.0.0:8000',
      'http://[::ffff:169.254.169.254]',
      // Other spellings of the metadata address that URL parsers accept.
      'http://0xa9fea9fe',
      'http://2852039166',
    ]
    const codes = await Promise.all(
      refused.map((url) => check(url).catch((error: { code: string }) => error.code)),
    )
    expect(codes).toEqual(refused.map(() => 'invalid_input'))
  })

  it('follow the lists and consents of operator and user', async () => {
    const listed = { allowedHosts: ['192.168.0.0/24', '10.0.0.7', 'fd12::/16'] }
    await expect(check('http://192.168.0.9:8000', listed)).resolves.toBeTruthy()
    await expect(check('http://10.0.0.7', listed)).resolves.toBeTruthy()
    await expect(check('http://10.0.0.8', listed)).rejects.toThrow('ALLOWED_BACKEND_HOSTS')
    await expect(check('http://[fd12::9]', listed)).resolves.toBeTruthy()
    await expect(check('http://8.8.8.8', { allowPlainHttp: true })).resolves.toBeTruthy()
    // The list opens private networks; plain http to the public one stays the user's own decision.
    await expect(check('http://8.8.8.8', { allowedHosts: ['8.8.8.8'] })).rejects.toThrow('https')
    for (const entry of ['10.0.0.0/', '10.0.0.0/-1', '0.0.0.0/33', '10.0.0.0/8x', '::/0']) {
      await expect(check('http://10.0.0.8', { allowedHosts: [entry] })).rejects.toThrow('private')
    }
    await expect(
      check('http://169.254.169.254', { allowedHosts: ['169.254.0.0/16'] }),
    ).rejects.toThrow('metadata')
    await expect(check('http://127.0.0.1:3000', { ownPort: 3000 })).rejects.toThrow(
      'dashboard itself',
    )
    await expect(check('http://127.0.0.1:8000', { exposed: true })).rejects.toThrow(
      'private network',
    )
    await expect(
      check('http://127.0.0.1:8000', { exposed: true, allowedHosts: ['127.0.0.1'] }),
    ).resolves.toBeTruthy()
  })

  it('of this machine are refused at the port of the dashboard, by whichever interface', async () => {
    const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
    const listed = own.map((entry) => entry.address)
    for (const { address, family, scopeid } of own) {
      if (scopeid || classifyAddress(address) === 'forbidden') continue
      const host = family === 'IPv6' ? `[${address}]` : address
      const rules = { ownPort: 3000, allowedHosts: listed, allowPlainHttp: true }
      await expect(check(`http://${host}:3000`, rules)).rejects.toThrow('dashboard itself')
      await expect(check(`http://${host}:3001`, rules)).resolves.toHaveLength(1)
    }
    expect(own.length).toBeGreaterThan(0)
  })

  it('must not carry secrets or other schemes', () => {
    for (const url of [
      'ftp://x',
      'file:///etc/passwd',
      'http://u:p@x',
      'http://x/?key=1',
      'http://x/#a',
      'nonsense',
    ]) {
      expect(() => parseBaseUrl(url)).toThrow(Error)
    }
    const plain = parseBaseUrl('http://8.8.8.8')
    expect(mayCarryKey(plain, [{ address: '8.8.8.8', family: 4 }], false)).toBe(false)
    expect(
      mayCarryKey(parseBaseUrl('http://127.0.0.1'), [{ address: '127.0.0.1', family: 4 }], false),
    ).toBe(true)
  })
})
