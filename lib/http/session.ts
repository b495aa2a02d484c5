import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { makePrivateFolder, PRIVATE_FILE } from '@/db/private-files'

const COOKIE = 'evolens_access'
// A month: long enough for a study, short enough that a forgotten browser loses access.
const COOKIE_SECONDS = 30 * 24 * 3600
const KEY_FILE = 'session.key'
const KEY_BYTES = 32

// The proxy and the routes are bundled apart and share the key through the process.
const holder = globalThis as typeof globalThis & { evolensSessionKeys?: Map<string, Buffer> }

function readKey(file: string): Buffer | null {
  const key = fs.existsSync(file) ? fs.readFileSync(file) : null
  return key?.length === KEY_BYTES ? key : null
}

/** Returns the random key of a data folder that signs cookies; made once, so that a restart logs nobody out. */
function sessionKey(dataDir: string): Buffer {
  const keys = (holder.evolensSessionKeys ??= new Map())
  const known = keys.get(dataDir)
  if (known) return known
  const file = path.join(dataDir, KEY_FILE)
  let key = readKey(file)
  if (!key) {
    makePrivateFolder(dataDir)
    const part = `${file}.${process.pid}`
    fs.writeFileSync(part, randomBytes(KEY_BYTES), { mode: PRIVATE_FILE })
    fs.renameSync(part, file)
    // Two processes that start at once both end with the file that came last.
    key = readKey(file) as Buffer
  }
  keys.set(dataDir, key)
  return key
}

function signature(dataDir: string, token: string, until: number): Buffer {
  return createHmac('sha256', sessionKey(dataDir)).update(`${until}:${token}`).digest()
}

/** Returns whether two secrets are the same, in a time that does not depend on where they differ. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function attributes(isSecure: boolean, maxAge: number): string {
  return `Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${isSecure ? '; Secure' : ''}`
}

/** Returns the Set-Cookie header of a new session: an expiry, signed with the data folder's key over the token. */
export function sessionCookie(dataDir: string, token: string, isSecure: boolean): string {
  const until = Math.floor(Date.now() / 1000) + COOKIE_SECONDS
  const value = `${until}.${signature(dataDir, token, until).toString('hex')}`
  return `${COOKIE}=${value}; ${attributes(isSecure, COOKIE_SECONDS)}`
}

/** Returns the Set-Cookie header that ends a session in this browser. */
export function endedSessionCookie(): string {
  return `${COOKIE}=; ${attributes(false, 0)}`
}

/** Returns whether a Cookie header holds a session that was opened with this token and has not expired. */
export function holdsSession(header: string | null, dataDir: string, token: string): boolean {
  return (header ?? '').split(';').some((part) => {
    const match = /^evolens_access=(\d{1,12})\.([0-9a-f]{64})$/.exec(part.trim())
    if (!match) return false
    const until = Number(match[1])
    if (until * 1000 < Date.now()) return false
    const given = Buffer.from(match[2] as string, 'hex')
    return timingSafeEqual(given, signature(dataDir, token, until))
  })
}
