import { NO, yes, type HealthRule } from './rule'

/** The flag of a row whose input was carried over under another instruction. */
export const staleInput: HealthRule = {
  key: 'stale_input',
  label: 'stale input',
  rule: "The input is not empty and is its parent's, although the instruction is another one: the evolver never saw it, so the two may no longer fit.",
  read: ({ instruction, input, parent, operator }) => {
    if (!parent) return { missing: 'no_parent' }
    if ((input ?? '').trim() === '' || input !== parent.input) return NO
    if (instruction.trim() === parent.instruction.trim()) return NO
    return yes(
      operator === 'breadth'
        ? 'input carried over to a new task (breadth)'
        : 'input carried over unchanged',
    )
  },
  examples: [
    ['carried over', { input: '2 40', parent: { instruction: 'Add.', input: '2 40' } }, 'yes'],
    ['no input', { input: '', parent: { instruction: 'Add.', input: '' } }, 'no'],
    ['a new input', { input: '2 41', parent: { instruction: 'Add.', input: '2 40' } }, 'no'],
    [
      'under the same instruction',
      { instruction: 'Add.', input: '2', parent: { instruction: 'Add.', input: '2' } },
      'no',
    ],
    ['no parent', { input: '2', parent: null }, 'no_parent'],
  ],
}
