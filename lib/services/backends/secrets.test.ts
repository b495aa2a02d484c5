import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { masterKeyProblem, seal, unseal } from './secrets'

const SECRET = 'sk-cAnArY-0123456789'
const env = { EVOLENS_MASTER_KEY: randomBytes(32).toString('base64') }

describe('a sealed secret', () => {
  it('opens under the same master key and owner, and holds no trace of the text', () => {
    const sealed = seal(SECRET, 'backend-1', env)
    expect(unseal(sealed, 'backend-1', env)).toBe(SECRET)
    expect(sealed.sealed.toString('latin1')).not.toContain('cAnArY')
    expect(sealed.nonce).toHaveLength(12)
  })

  it('never repeats its nonce or ciphertext', () => {
    const [a, b] = [seal(SECRET, 'x', env), seal(SECRET, 'x', env)]
    expect(a.nonce.equals(b.nonce)).toBe(false)
    expect(a.sealed.equals(b.sealed)).toBe(false)
  })

  it('does not open for another owner, another master key, or when changed', () => {
    const sealed = seal(SECRET, 'backend-1', env)
    const other = { EVOLENS_MASTER_KEY: randomBytes(32).toString('hex') }
    const changed = Buffer.from(sealed.sealed)
    changed[0] = (changed[0] ?? 0) ^ 1
    for (const attempt of [
      () => unseal(sealed, 'backend-2', env),
      () => unseal(sealed, 'backend-1', other),
      () => unseal({ ...sealed, sealed: changed }, 'backend-1', env),
    ]) {
      expect(attempt).toThrow('enter the key again')
      expect(attempt).not.toThrow('cAnArY')
    }
  })

  it('is refused without a usable master key, with the remedy', () => {
    expect(masterKeyProblem({})).toContain('openssl rand -base64 32')
    expect(masterKeyProblem({ EVOLENS_MASTER_KEY: 'too short' })).toContain('32 bytes')
    expect(masterKeyProblem({ EVOLENS_MASTER_KEY: 'a'.repeat(64) })).toBeNull()
    expect(masterKeyProblem(env)).toBeNull()
    expect(() => seal(SECRET, 'x', {})).toThrow('EVOLENS_MASTER_KEY is not set')
  })
})
