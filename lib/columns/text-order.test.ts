import { describe, expect, it } from 'vitest'
import { finish } from '@/lib/services/search/steps'
import { createRandom } from '@/lib/stats/random'
import { TextOrder } from './text-order'

function sorted(texts: readonly string[]) {
  const order = new TextOrder(texts.length)
  texts.forEach((text, row) => order.add(row, text))
  return finish(order.sorted((row) => texts[row] as string))
}

const beginning = 'x'.repeat(70)
const nearlyCut = 'y'.repeat(63)

describe('alphabetical order', () => {
  // Each list is in order; it is sorted from its end.
  it.each([
    ['passes over case and accents', ['apple', 'Éclair', 'eclaire', 'zebra', 'Zoo']],
    [
      'takes numbers by their value',
      ['item', 'item 9', 'item 9 b', 'item 10', 'item 010b', 'item 11'],
    ],
    ['orders scripts', ['(x)', '7', 'a', 'б', '가', 'ア', 'あい', '啊', '吧', '汉字']],
    ['reads wide forms as the usual ones', ['９', '１０', 'a', 'ｂ', 'c']],
    ['keeps characters whole where texts are cut', [`${nearlyCut}😀a`, `${nearlyCut}😀b`]],
    [
      'reads on where beginnings are equal',
      ['', ' 9', ' 10', ' a', ' b'].map((end) => beginning + end),
    ],
    ['does not cut numbers', ['!', '99', '123456', 'a'].map((end) => nearlyCut + end)],
    ['compares longer numbers than it keeps', ['9', '2'.repeat(80), '1'.repeat(90)]],
  ])('%s', (_, texts) => {
    const given = texts.toReversed()
    expect([...sorted(given).order].map((row) => given[row])).toEqual(texts)
  })

  it('has rows without a text last and equal texts in the order of their rows', () => {
    const { order, valued, isFirst } = sorted(['b', '', 'a', 'b', 'B', ''])
    expect([...order.subarray(0, 1), ...order.subarray(4)]).toEqual([2, 1, 5])
    expect(valued).toBe(4)
    const equal = [...order].findIndex((row) => row === 0)
    expect([order[equal + 1], isFirst[equal], isFirst[equal + 1]]).toEqual([3, 1, 0])
  })

  it('sorts many texts as comparing two at a time does', () => {
    const random = createRandom(2)
    const word = () =>
      ['Alpha', 'beta', 'béta', 'gamma', '12', '007', '7', '-'][Math.floor(8 * random.next())]
    const texts = Array.from({ length: 6_000 }, () => `${word()} ${word()} ${word()} ${word()}`)
    const letters = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
    const { order, isFirst } = sorted(texts)
    const inOrder = [...order].map((row) => texts[row] as string)
    inOrder.slice(1).forEach((text, k) => {
      const before = inOrder[k] as string
      expect(letters.compare(before, text)).toBeLessThanOrEqual(0)
      expect(isFirst[k + 1]).toBe(Number(before !== text))
    })
  })
})
