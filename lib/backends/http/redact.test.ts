import { describe, expect, it } from 'vitest'
import { redactKey, repeatsKey } from './redact'

const KEY = 'sk-cAnArY/0123+456789_xyZ"q'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')
const percent = (text: string) =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
const unicode = (text: string) =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
const wrapped = (text: string) => (text.match(/.{1,10}/g) ?? []).join('\n')

const WHOLE: [string, string][] = [
  ['itself', KEY],
  ['JSON', JSON.stringify(KEY).slice(1, -1)],
  ['an URL', encodeURIComponent(KEY)],
  ['an URL, every character', percent(KEY)],
  ['JSON, every character', unicode(KEY)],
  ['JSON, some characters', `\\u0073k-cAnArY\\/0123\\u002b456789_xyZ\\"q`],
  ['HTML', KEY.replace('"', '&#34;').replace('/', '&#x2F;')],
  ['hexadecimal', Buffer.from(KEY).toString('hex')],
  ['upper-case hexadecimal', Buffer.from(KEY).toString('hex').toUpperCase()],
  ...['', 'u', 'u:', 'Bearer ', 'user:pw'].flatMap((before): [string, string][] => [
    [`base64 after ${JSON.stringify(before)}`, base64(before + KEY)],
    [`base64url after ${JSON.stringify(before)}`, base64url(`${before + KEY} and more`)],
    [`wrapped base64 after ${JSON.stringify(before)}`, wrapped(base64(before + KEY))],
  ]),
]

describe('redactKey', () => {
  it.each(WHOLE)('hides the key written as %s', (_, written) => {
    const clean = redactKey(`before ${written} after`, KEY)
    expect(clean).toMatch(/^before .*\[redacted\].* after$/s)
    // What is left beside the mark is at most what an encoding shares with the text around the key.
    expect(clean.replace('[redacted]', '').length).toBeLessThanOrEqual('before  after'.length + 24)
    for (const part of [KEY.slice(3, 9), base64(KEY).slice(4, 12), base64(`u${KEY}`).slice(8, 16)])
      expect(clean).not.toContain(part)
  })

  it('hides its start and its end, from eight characters on', () => {
    for (const length of [8, 9, 15, 26]) {
      expect(redactKey(`a ${KEY.slice(0, length)}... b`, KEY)).toBe('a [redacted]... b')
      expect(redactKey(`a ...${KEY.slice(-length)} b`, KEY)).toBe('a ...[redacted] b')
    }
    expect(redactKey(base64(KEY.slice(0, 12)), KEY)).toMatch(/^\[redacted\]/)
    const masked = `${KEY.slice(0, 8)}****${KEY.slice(-8)}`
    expect(redactKey(masked, KEY)).toBe('[redacted]****[redacted]')
  })

  it('leaves ordinary texts alone', () => {
    const text = 'The sk- key is wrong: 100% of "requests"\\n failed at http://h/a%20b?x=\\u00e9'
    expect(redactKey(text, KEY)).toBe(text)
    expect(redactKey('Wrong password. Use a password', 'passwordserver-2024-xyzq')).toBe(
      'Wrong password. Use a password',
    )
    expect(redactKey('passwordserver-2024 is wrong', 'passwordserver-2024-xyzq')).toBe(
      '[redacted] is wrong',
    )
    expect(redactKey('none', undefined)).toBe('none')
  })

  it('hides a short key only where it stands whole', () => {
    expect(redactKey('x shortkey y short', 'shortkey')).toBe('x [redacted] y short')
  })
})

describe('repeatsKey', () => {
  it.each(WHOLE.filter(([name]) => !name.startsWith('wrapped')))('notices %s', (_, written) => {
    expect(repeatsKey(JSON.stringify({ text: `a ${written} b` }), KEY)).toBe(true)
  })

  it('counts long parts only, and no short keys', () => {
    expect(repeatsKey(`"${KEY.slice(0, 16)}"`, KEY)).toBe(true)
    expect(repeatsKey(`"${KEY.slice(-16)}"`, KEY)).toBe(true)
    expect(repeatsKey(`"${KEY.slice(0, 12)}"`, KEY)).toBe(false)
    expect(repeatsKey('"EMPTY"', 'EMPTY')).toBe(false)
  })
})
