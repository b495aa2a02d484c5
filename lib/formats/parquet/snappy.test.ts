import { snappyUncompress } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { snappyCompress } from './snappy'

function roundTrip(bytes: Uint8Array): Uint8Array {
  const back = new Uint8Array(bytes.length)
  snappyUncompress(Uint8Array.from(snappyCompress(bytes)), back)
  return back
}

/** Bytes of a linear congruential generator; `kinds` small means many repeats. */
function bytesOf(length: number, kinds: number, seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 16) % kinds
  })
}

describe('Snappy', () => {
  it.each([0, 1, 3, 4, 14, 15, 16, 17, 60, 61, 64, 256, 257, 65_535, 65_536, 65_537, 200_000])(
    'gives back %i bytes, whatever their repeats',
    (length) => {
      for (const kinds of [1, 2, 7, 256]) {
        const bytes = bytesOf(length, kinds, length + kinds)
        expect(Buffer.compare(roundTrip(bytes), bytes)).toBe(0)
      }
    },
  )

  it('gives back copies of every length from far back, and literals of more than 65,536 bytes', () => {
    const noise = bytesOf(70_000, 256, 5)
    for (let length = 4; length < 140; length++) {
      const bytes = Buffer.concat([
        noise,
        noise.subarray(10_000, 10_000 + length),
        Buffer.alloc(20),
      ])
      expect(Buffer.compare(roundTrip(bytes), bytes)).toBe(0)
    }
    const far = Buffer.concat([noise.subarray(0, 40), noise, noise.subarray(0, 40)])
    expect(Buffer.compare(roundTrip(far), far)).toBe(0)
  })

  it('makes texts with repeats smaller and others hardly larger', () => {
    expect(snappyCompress(Buffer.from('to be or not to be '.repeat(1000))).length).toBeLessThan(
      2000,
    )
    expect(snappyCompress(bytesOf(100_000, 256, 9)).length).toBeLessThan(100_100)
  })
})
