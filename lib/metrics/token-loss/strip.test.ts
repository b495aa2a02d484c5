import { describe, expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import { stubTools } from '@/lib/metrics/example-tools'
import { decodeIds, encodeIds } from './id-codec'
import type { StripIds } from './strip'
import { readStrip, storedStrips } from './strip'

const ids = (...list: number[]) => Int32Array.from(list)
const WORDS: Record<number, string> = {
  5: '<s>',
  10: 'a',
  11: '\n',
  30: ' b',
  31: '\ufffd',
  32: 'c',
}

const ROW: StripIds = {
  joint: ids(5, 10, 11, 30, 31),
  x: [1, 3],
  newline: 1,
  yFrom: 3,
  alone: ids(5, 30, 31),
  aloneFrom: 1,
}

function makeTools() {
  const asked: number[][] = []
  const tools = stubTools({
    async tokenTexts(list) {
      asked.push([...list])
      return Array.from(list, (id) => WORDS[id] ?? '?')
    },
  })
  return { tools, asked }
}

describe('ids as text', () => {
  it('come back as they were, up to the largest', () => {
    const list = [0, 1, 127, 128, 49_151, 2 ** 21, 2 ** 31 - 1]
    expect([...decodeIds(encodeIds(list))]).toEqual(list)
    expect(decodeIds(encodeIds([]))).toHaveLength(0)
  })
})

describe('what is kept of the tokens of a row', () => {
  it('is read back as passes and texts', async () => {
    const [stored] = await storedStrips([ROW], makeTools().tools)
    const read = readStrip(JSON.parse(JSON.stringify(stored)))
    expect(read).toEqual({
      ...ROW,
      jointTexts: ['<s>', 'a', '\n', ' b', '\ufffd'],
      aloneTexts: [' b', '\ufffd'],
    })
  })

  it('holds the response twice only where its tokens differ', async () => {
    const other = { ...ROW, alone: ids(5, 32) }
    const [same, differs] = await storedStrips([ROW, other], makeTools().tools)
    expect(same?.aloneY).toBeUndefined()
    expect(readStrip(differs)).toMatchObject({ alone: ids(5, 32), aloneTexts: ['c'] })
  })

  it('asks for the text of an id once', async () => {
    const { tools, asked } = makeTools()
    await storedStrips([ROW, ROW], tools)
    await storedStrips([{ ...ROW, joint: ids(5, 32), yFrom: 1, alone: null }], tools)
    expect(asked).toEqual([[5, 10, 11, 30, 31], [32]])
  })

  it('does without texts where the backend tells none or fails to', async () => {
    const failing = stubTools({
      tokenTexts: async () => {
        throw new AppError('backend_unavailable', 'away')
      },
    })
    for (const tools of [stubTools(), failing]) {
      const [stored] = await storedStrips([ROW], tools)
      expect(readStrip(stored)).toMatchObject({ ...ROW, jointTexts: null, aloneTexts: null })
    }
  })

  it('is null for anything else', () => {
    for (const value of [undefined, null, 'x', {}, { head: 1 }]) expect(readStrip(value)).toBeNull()
  })
})
