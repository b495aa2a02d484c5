import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AppError } from '@/lib/errors'

// Holds the master key.
const MASTER_KEY_VARIABLE = 'EVOLENS_MASTER_KEY'

const MASTER_BYTES = 32
// The nonce length that GCM is defined for; random nonces are safe for far more keys than anybody types.
const NONCE_BYTES = 12
const TAG_BYTES = 16
const OPTIONS = { authTagLength: TAG_BYTES }
const MAKE_ONE = 'Make one with "openssl rand -base64 32"'

/** A secret as it lies in the database. */
export interface SealedSecret {
  nonce: Buffer
  /** Ciphertext with the 16-byte tag at its end. */
  sealed: Buffer
}

type Environment = Record<string, string | undefined>

/** Returns the 32 bytes of a master key written as base64 or as 64 hexadecimal digits; null for anything else. */
function masterBytes(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === MASTER_BYTES ? bytes : null
}

/** Returns why no secret can be stored, with the remedy; null when one can. */
export function masterKeyProblem(env: Environment = process.env): string | null {
  const text = env[MASTER_KEY_VARIABLE]?.trim()
  if (!text) {
    return `${MASTER_KEY_VARIABLE} is not set, so no key can be stored. ${MAKE_ONE}, set it in the terminal that starts Evolens and start again; or name an environment variable that holds the key.`
  }
  if (masterBytes(text)) return null
  return `${MASTER_KEY_VARIABLE} is not a key of 32 bytes. ${MAKE_ONE} and start again.`
}

function sealingKey(env: Environment): Buffer {
  const problem = masterKeyProblem(env)
  const bytes = masterBytes(env[MASTER_KEY_VARIABLE]?.trim() ?? '')
  if (problem || !bytes) throw new AppError('invalid_input', problem ?? '')
  // A key of its own for this purpose: the same master key may serve another one day.
  return Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), 'evolens backend keys v1', 32))
}

/** Returns a secret sealed with AES-256-GCM under the master key, bound to `owner` (a backend id). */
export function seal(secret: string, owner: string, env: Environment = process.env): SealedSecret {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(env), nonce, OPTIONS)
  cipher.setAAD(Buffer.from(owner, 'utf8'))
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return { nonce, sealed: Buffer.concat([body, cipher.getAuthTag()]) }
}

/** Returns the secret again; throws `invalid_input` with the remedy when master key or owner are not those of `seal`. */
export function unseal(
  { nonce, sealed }: SealedSecret,
  owner: string,
  env: Environment = process.env,
): string {
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(env), nonce, OPTIONS)
  decipher.setAAD(Buffer.from(owner, 'utf8'))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    const body = sealed.subarray(0, -TAG_BYTES)
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
  } catch {
    throw new AppError(
      'invalid_input',
      `The stored key cannot be opened: ${MASTER_KEY_VARIABLE} is not the one it was stored under. Start with that one, or enter the key again.`,
    )
  }
}
