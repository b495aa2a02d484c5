import { describe, expect, it } from 'vitest'
import { createLogger, redactFields, redactText } from './log'

const CANARY = 'cAnArY0123456789'

describe('the logger', () => {
  it('never writes a secret, wherever it stands', () => {
    const lines: string[] = []
    const logger = createLogger(
      { level: 'debug' },
      { write: (line: string) => void lines.push(line) },
    )
    const cause = new Error(`Authorization: Bearer ${CANARY}`)
    logger.info({ headers: { authorization: `Bearer ${CANARY}`, 'X-Api-Key': CANARY } }, 'sent')
    logger.warn({ url: `https://user:${CANARY}@example.org/v1`, deep: [{ apiKey: CANARY }] }, 'x')
    logger.error(
      { err: new Error(`https://example.org/?key=${CANARY}`, { cause }) },
      `Bearer ${CANARY}`,
    )
    logger.info(`GET /?token=${CANARY}&a=1`)
    expect(lines).toHaveLength(4)
    expect(lines.join('\n')).not.toContain(CANARY)
    expect(lines.join('\n')).toContain('[redacted]')
  })

  it('leaves ordinary fields as they are', () => {
    expect(redactFields({ tokens: 12, name: 'a', list: [1, null] })).toEqual({
      tokens: 12,
      name: 'a',
      list: [1, null],
    })
    expect(redactText('monkey=1 at https://example.org/a@b')).toBe(
      'monkey=1 at https://example.org/a@b',
    )
  })
})
