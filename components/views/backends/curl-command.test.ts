import { describe, expect, it } from 'vitest'
import { baseUrlOf, parseCurl, shellWords } from './curl-command'

describe('shellWords', () => {
  it('splits at blanks, joins quoted parts and continued lines', () => {
    expect(shellWords(`curl -H "A: b c" 'd e'f \\\n  g`)).toEqual([
      'curl',
      '-H',
      'A: b c',
      'd ef',
      'g',
    ])
  })
  it('keeps an escaped quote inside double quotes', () => {
    expect(shellWords('-d "{\\"a\\": 1}"')).toEqual(['-d', '{"a": 1}'])
  })
})

describe('parseCurl', () => {
  it('takes address, model and the key to be offered for storage', () => {
    const parts = parseCurl(
      `curl http://127.0.0.1:8000/v1/chat/completions -H 'Authorization: Bearer abc123' -d '{"model": "small-1", "messages": []}'`,
    )
    expect(parts).toEqual({
      baseUrl: 'http://127.0.0.1:8000/v1',
      model: 'small-1',
      hadKey: true,
      key: 'abc123',
      keyEnv: null,
    })
  })
  it('names the variable that holds the key', () => {
    const parts = parseCurl(
      'curl --url https://h/v1/embeddings -H "Authorization: Bearer $LAB_KEY"',
    )
    expect(parts).toMatchObject({
      baseUrl: 'https://h/v1',
      hadKey: false,
      key: null,
      keyEnv: 'LAB_KEY',
    })
  })
  it('is null for other text', () => {
    expect(parseCurl('http://127.0.0.1:8000/v1')).toBeNull()
    expect(baseUrlOf('javascript:alert(1)')).toBeNull()
  })
})
