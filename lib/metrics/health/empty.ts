import { NO, yes, type HealthRule } from './rule'

// White space, and characters that show nothing (zero-width spaces, controls).
const NOTHING = /^[\s\p{Cf}\p{Cc}]*$/u

/** Returns whether a text shows nothing. */
export function isBlank(text: string): boolean {
  return NOTHING.test(text)
}

/** The flag of a row without an instruction. */
export const empty: HealthRule = {
  key: 'empty',
  label: 'empty',
  rule: 'The instruction holds nothing but white space and invisible characters.',
  read: ({ instruction }) => (isBlank(instruction) ? yes('no text') : NO),
  examples: [
    ['blanks', { instruction: ' \n\u3000' }, 'yes'],
    ['a zero-width space', { instruction: '\u200b' }, 'yes'],
    ['a text', {}, 'no'],
    ['a text without a parent', { parent: null }, 'no'],
  ],
}
