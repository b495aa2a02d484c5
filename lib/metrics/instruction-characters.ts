import { CHARACTERS, instructionLength } from './texts/length'

/** Length of a row's instruction in characters. */
export const instructionCharacters = instructionLength({
  id: 'instruction_characters',
  label: 'Instruction characters',
  description: 'How long the instruction is, in characters.',
  source: 'Text length; the rule is our own',
  measure: CHARACTERS,
  examples: [
    [
      'counts code points',
      { instruction: '写诗 \u{1f600}e\u0301' },
      { with_input: 6, instruction: 6 },
    ],
    [
      'adds the characters of the input',
      { instruction: 'Add.', input: '2 + 40' },
      { with_input: 10, instruction: 4 },
    ],
  ],
})
