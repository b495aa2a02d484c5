import { createToken, Lexer, type TokenType } from 'chevrotain'

/** One part of speech: `label` is how errors name it. */
function part(name: string, pattern: RegExp, label: string, longer?: TokenType): TokenType {
  const more = longer ? { longer_alt: longer } : {}
  return createToken({ name, pattern, label, line_breaks: false, ...more })
}

const space = createToken({
  name: 'Space',
  pattern: /\s+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
})
// Chevrotain does not read Unicode properties in patterns, so it is given a function.
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{M}\p{N}_]*)?/uy
const name = createToken({
  name: 'Name',
  label: 'a name',
  line_breaks: false,
  pattern: (text: string, offset: number) => {
    NAME.lastIndex = offset
    return NAME.exec(text)
  },
})
const word = (id: string, pattern: RegExp) => part(id, pattern, `"${id.toLowerCase()}"`, name)

/** The words and signs of which formulas consist. */
export const T = {
  number: part('Number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/, 'a number'),
  text: part('Text', /"[^"\n]*"|'[^'\n]*'/, 'a text in quotes'),
  quoted: part('Quoted', /`[^`\n]+`/, 'a name in backticks'),
  within: word('Within', /within/i),
  and: word('And', /and|&&/i),
  or: word('Or', /or|\|\|/i),
  not: word('Not', /not/i),
  truth: part('Truth', /true|false/i, '"true" or "false"', name),
  name,
  compare: part('Compare', /[<>]=|==|!=|<>|[<>=]/, 'a comparison'),
  power: part('Power', /\^|\*\*/, '"^"'),
  product: part('Product', /[*/]/, '"*" or "/"'),
  sum: part('Sum', /[+-]/, '"+" or "-"'),
  open: part('Open', /\(/, '"("'),
  close: part('Close', /\)/, '")"'),
  comma: part('Comma', /,/, '","'),
  colon: part('Colon', /:/, '":"'),
}

/** All of them, in the order in which they are tried. */
export const ALL_TOKENS = [space, ...Object.values(T)]

/** Cuts a formula into its words and signs. */
export const lexer = new Lexer(ALL_TOKENS, { positionTracking: 'onlyOffset' })
