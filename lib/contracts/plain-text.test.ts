import { describe, expect, it } from 'vitest'
import {
  cleanName,
  markdownText,
  terminalCell,
  terminalJson,
  terminalText,
  xmlText,
} from './plain-text'

const BIDI = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'

describe('cleanName', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u009b2Jgone', 'gone'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]8;;http://a\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001bPdevice\u001b\\y', 'y'],
    ['\u001bcreset', 'reset'],
    [`a${BIDI}b`, 'ab'],
    ['a\r\nb\u2028c\u2029d\te\u0085f', 'a b c d e f'],
    ['\0a\u007fb\u0080', 'ab'],
    ['x\ud83d', 'x\ufffd'],
    ['  Zwölf 漢字 😀 \u05d0\u0628 ', 'Zwölf 漢字 😀 \u05d0\u0628'],
    [`${BIDI}\u001b[m`, ''],
  ])('%j becomes %j', (text, name) => {
    expect(cleanName(text)).toBe(name)
    expect(cleanName(name)).toBe(name)
  })
})

describe('texts for a terminal', () => {
  it('show what would steer it', () => {
    expect(terminalText('a\u001b[2Jb\u202ec\u0085\r\nd\te\rf\ud83d')).toBe(
      'a\\u001b[2Jb\\u202ec\\u0085\nd\te\\u000df\\ud83d',
    )
    expect(terminalCell('a\nb\tc')).toBe('a\\nb\\tc')
    const value = { a: `\u009b${BIDI}\u2028\u007f` }
    const json = terminalJson(JSON.stringify(value))
    expect(json).toMatch(/^[\x20-\x7e]+$/)
    expect(JSON.parse(json)).toEqual(value)
  })
})

it('makes every text one that XML can hold', () => {
  expect(xmlText('<a>\0\u0001\u001b\ufffe\ud800x\t\n😀</a>')).toBe(
    '<a>\ufffd\ufffd\ufffd\ufffd\ufffdx\t\n😀</a>',
  )
})

it('gives texts no meaning in Markdown', () => {
  expect(markdownText('<img src=x> [a](b) ![i](http://h) **b** a_b | &amp; @me')).toBe(
    '&lt;img src=x> \\[a\\](b) \\!\\[i\\](http\\://h) \\*\\*b\\*\\* a\\_b \\| &amp;amp; \\@me',
  )
  expect(markdownText('# head\n- item\n3. third\n> quote\na - b: c')).toBe(
    '\\# head\n\\- item\n3\\. third\n\\> quote\na - b: c',
  )
})
