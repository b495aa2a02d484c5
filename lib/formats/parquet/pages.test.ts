import { describe, expect, it } from 'vitest'
import { checkPages, type LeafInfo } from './pages'

const LEAF: LeafInfo = {
  isBoolean: false,
  isPacked: false,
  values: 4,
  maxDefinition: 1,
  maxRepetition: 0,
}

/** Returns a number as Thrift writes it. */
function zigzag(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value * 2; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128)
    if (rest < 128) return bytes
  }
}

/** Returns a page of the second version: header, levels, values. */
function page({
  levels = [0x08, 0x01],
  body = [1, 2, 3, 4],
  values = 4,
  encoding = 0,
  stated = 0,
}) {
  const size = stated || levels.length + body.length
  const field = (value: number) => [0x15, ...zigzag(value)]
  const head = [values, 0, values, encoding, levels.length, 0].flatMap(field)
  const header = [...field(3), ...field(size), ...field(size), 0x5c, ...head, 0x12, 0x00, 0x00]
  return new Uint8Array([...header, ...levels, ...body])
}

const HUGE = [0xfe, 0xff, 0xff, 0xff, 0x0f]

describe('pages of a column', () => {
  it('are let through when counts and runs fit', () => {
    expect(checkPages(page({}), LEAF).unpackedBytes).toBe(6)
    const indexes = page({ encoding: 8, body: [1, 0x08, 0x00] })
    expect(checkPages(indexes, LEAF).unpackedBytes).toBe(5)
  })

  it.each([
    ['a run of levels that is longer than the column', page({ levels: [...HUGE, 1] }), 'too long'],
    [
      'a packed run that leaves its page',
      page({ levels: [...HUGE.with(0, 0xff), 1] }),
      'longer than its page',
    ],
    ['an empty run', page({ levels: [0x00, 0x01] }), 'empty'],
    [
      'a run of indexes that is longer than the column',
      page({ encoding: 8, body: [1, ...HUGE, 0] }),
      'too long',
    ],
    ['indexes wider than numbers', page({ encoding: 8, body: [77, 0x08, 0] }), 'wider'],
    ['more values than the column', page({ values: 5 }), 'more values'],
    ['fewer values than the column', page({ values: 3, levels: [0x06, 0x01] }), 'fewer values'],
    ['a thousand million values', page({ values: 1e9 }), 'at most'],
    ['a page of a thousand million bytes', page({ stated: 1e9 }), 'at most'],
    ['a page that is cut off', page({ stated: 60 }), 'cut off'],
  ])('are refused for %s', (_, chunk, why) => {
    expect(() => checkPages(chunk, LEAF)).toThrow(why)
  })
})
