import { instructionLength, WORDS } from './texts/length'

/** Length of a row's instruction in words. */
export const instructionWords = instructionLength({
  id: 'instruction_words',
  label: 'Instruction words',
  description: 'How long the instruction is, in words.',
  source: 'Word counts of the cases in figures 8 and 9 of arXiv 2412.11231; the rule is our own',
  measure: WORDS,
  examples: [
    [
      'adds the words of the input',
      { instruction: 'Add the numbers.', input: '2 + 40' },
      { with_input: 5, instruction: 3 },
    ],
    [
      'leaves out punctuation that stands alone',
      { instruction: "Don't stop - well-known bugs, 3.5 % of them!" },
      { with_input: 7, instruction: 7 },
    ],
    [
      'takes each Han or kana character for a word',
      { instruction: '用 Python写诗，谢谢。 コーヒー' },
      { with_input: 10, instruction: 10 },
    ],
    [
      'separates Korean by white space, Thai by the dictionary',
      { instruction: '한국어 단어 세기 ภาษาไทย' },
      { with_input: 5, instruction: 5 },
    ],
    ['is 0 for no text', { instruction: ' ' }, { with_input: 0, instruction: 0 }],
  ],
})
