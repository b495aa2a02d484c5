import { isIPv6 } from 'node:net'

// A person who mistypes needs a few tries; sixteen characters cannot be guessed at ten a minute.
const PER_REMOTE = { burst: 10, perMinute: 10 }
// Guesses from many addresses together; above what any group of people mistypes.
const IN_TOTAL = { burst: 100, perMinute: 100 }
// Remotes that are remembered; an attacker with more addresses than this meets the limit in total.
const MAX_REMOTES = 1_000

interface Limit {
  burst: number
  perMinute: number
}

interface Bucket {
  /** Failures that are still free. */
  left: number
  at: number
}

function refilled(bucket: Bucket | undefined, limit: Limit, now: number): Bucket {
  if (!bucket) return { left: limit.burst, at: now }
  const minutes = Math.max(0, now - bucket.at) / 60_000
  return { left: Math.min(limit.burst, bucket.left + minutes * limit.perMinute), at: now }
}

function waitSeconds(bucket: Bucket, limit: Limit): number {
  return bucket.left >= 1 ? 0 : Math.ceil(((1 - bucket.left) * 60) / limit.perMinute)
}

/** Returns the address under which a remote's attempts are counted: one line has a whole /64 of IPv6 addresses. */
export function remoteKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase()
  if (!isIPv6(plain)) return plain
  const [head = '', tail = ''] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === '' ? 0 : tail.split(':').length
  while (plain.includes('::') && groups.length + after < 8) groups.push('0')
  return groups.slice(0, 4).join(':')
}

/** Counts failed attempts to log in, for each remote and in total, in bounded memory. */
export class Attempts {
  readonly #remotes = new Map<string, Bucket>()
  #total: Bucket | undefined

  /** Returns the seconds after which another attempt from this remote is looked at; 0 when it is now. */
  waitFor(address: string, now = Date.now()): number {
    const mine = refilled(this.#remotes.get(remoteKey(address)), PER_REMOTE, now)
    const total = refilled(this.#total, IN_TOTAL, now)
    return Math.max(waitSeconds(mine, PER_REMOTE), waitSeconds(total, IN_TOTAL))
  }

  /** Counts a failed attempt. */
  failed(address: string, now = Date.now()): void {
    const key = remoteKey(address)
    const mine = refilled(this.#remotes.get(key), PER_REMOTE, now)
    this.#remotes.delete(key)
    this.#remotes.set(key, { ...mine, left: mine.left - 1 })
    for (const oldest of this.#remotes.keys()) {
      if (this.#remotes.size <= MAX_REMOTES) break
      this.#remotes.delete(oldest)
    }
    const total = refilled(this.#total, IN_TOTAL, now)
    this.#total = { ...total, left: total.left - 1 }
  }

  /** Number of remotes that are remembered. */
  get size(): number {
    return this.#remotes.size
  }
}

// Pages and routes are bundled apart but count together.
const holder = globalThis as typeof globalThis & { evolensAttempts?: Attempts }

/** Returns the process-wide count of failed attempts. */
export function attempts(): Attempts {
  return (holder.evolensAttempts ??= new Attempts())
}

/**
 * Forgets all failed attempts, for tests.
 * @internal
 */
export function forgetAttempts(): void {
  delete holder.evolensAttempts
}
