import { NO, yes, type HealthRule } from './rule'

/** The flag of a row without an instruction. */
export const empty: HealthRule = {
  key: 'empty',
  label: 'empty',
  rule: 'The instruction holds nothing but white space.',
  read: ({ instruction }) => (instruction.trim() === '' ? yes('no text') : NO),
  examples: [
    ['blanks', { instruction: ' \n\u3000' }, 'yes'],
    ['a text', {}, 'no'],
    ['a text without a parent', { parent: null }, 'no'],
  ],
}
