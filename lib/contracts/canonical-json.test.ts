import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json'

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves out undefined', () => {
    const value = { b: [{ z: 1, a: 2 }], a: null, c: undefined }
    expect(canonicalJson(value)).toBe('{"a":null,"b":[{"a":2,"z":1}]}')
  })

  it('keeps code points as they are', () => {
    expect(canonicalJson('é')).not.toBe(canonicalJson('e\u0301'))
  })

  it('writes typed arrays as lists', () => {
    expect(canonicalJson({ ids: Int32Array.of(3, 1) })).toBe('{"ids":[3,1]}')
  })

  it('refuses what JSON would lose', () => {
    expect(() => canonicalJson({ x: Number.NaN })).toThrow(TypeError)
    expect(() => canonicalJson(() => 1)).toThrow(TypeError)
  })
})
