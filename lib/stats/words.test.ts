import { expect, it } from 'vitest'
import { countWords } from './words'

it.each([
  ['', 0],
  ['  ,.! ', 0],
  ['one two-three', 3],
  ['x2 = 10', 2],
  ['你好 world', 3],
  ['ひらカナ', 4],
  ['naïve café', 2],
])('counts the words of %j', (text, n) => {
  expect(countWords(text)).toBe(n)
})
