import { describe, expect, it } from 'vitest'
import { countCharacters, countWords } from './words'

describe('a word', () => {
  it.each([
    ['', 0],
    [' \n\t', 0],
    ['Write a poem.', 3],
    ["Don't stop: state-of-the-art, 3.14", 4],
    ['a - b = c', 3],
    ['* item\n* other', 2],
    ['x\u00a0y\u2003z\u3000w\u0085v\u001fu', 6],
    ['one\ufeffword', 1],
    ['naïve cafe\u0301 Straße', 3],
    ['\u{1d400}\u{1d401} and \u{1f600}', 2],
    ['हिन्दी में लिखो', 3],
    ['اكتب قصيدة قصيرة', 3],
  ])('stands between white space and holds a letter or a digit: %j has %i', (text, words) => {
    expect(countWords(text)).toBe(words)
  })

  it.each([
    ['你好，世界。', 4],
    ['他说“你好”！', 4],
    ['使用Python写诗，3 行', 7],
    ['\u{20000}\u{20001}', 2],
    ['々〇', 2],
    ['コーヒーを飲む', 7],
    ['ﾃｽﾄ', 3],
    ['か\u3099', 1],
    ['ㄅㄆ', 2],
  ])('is each Han, kana or bopomofo character: %j has %i', (text, words) => {
    expect(countWords(text)).toBe(words)
  })

  it('is what white space separates in Korean', () => {
    expect(countWords('바다에 대한 짧은 시를 쓰세요.')).toBe(5)
  })

  it.each([
    ['ภาษาไทย', 2],
    ['เขียนบทกวี GPTคือ', 5],
    ['ខ្ញុំស្រឡាញ់ភាសាខ្មែរ', 3],
    ['ພາສາລາວ', 2],
  ])('is of the dictionary in scripts without spaces: %j has %i', (text, words) => {
    expect(countWords(text)).toBe(words)
  })

  it('takes time that grows with the text only', () => {
    const time = (text: string) => {
      const start = performance.now()
      countWords(text)
      return performance.now() - start
    }
    for (const part of ['a', 'a ', '字', '\u{1f600}', '\ud800']) {
      time(part.repeat(100_000))
      const short = Math.max(1, time(part.repeat(100_000)))
      expect(time(part.repeat(1_000_000))).toBeLessThan(200 * short)
    }
  })
})

describe('a character', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['写诗 \u{1f600}', 4],
    ['\ud800', 1],
    ['\udc00\ud800', 2],
  ])('is a code point: %j has %i', (text, characters) => {
    expect(countCharacters(text)).toBe(characters)
  })
})
