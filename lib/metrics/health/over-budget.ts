import { countWords } from '../texts/words'
import { NO, yes, type HealthRule } from './rule'

const WORDS = (n: number) => Array.from({ length: n }, () => 'word').join(' ')
const parent = { instruction: WORDS(10), input: null }

/** The flag of a row that adds more words than the prompt of its operator allows. */
export const overBudget: HealthRule = {
  key: 'over_budget',
  label: 'over budget',
  rule: 'Depth and automatic operators: more than 20 words longer than the parent (parameter budget), as their prompts allow; breadth has no budget; instructions without input. By itself it does not make a row flagged.',
  isAside: true,
  read: ({ instruction, parent: from, operator }, { budget, unknownOperator }) => {
    if (!from) return { missing: 'no_parent' }
    if (operator === null && unknownOperator === 'missing') return { missing: 'no_operator' }
    if ((operator ?? unknownOperator) === 'breadth') return { missing: 'not_applicable' }
    const added = countWords(instruction) - countWords(from.instruction)
    return added > budget ? yes(`${added} words added`) : NO
  },
  examples: [
    ['21 words added', { instruction: WORDS(31), parent, operator: 'deepen' }, 'yes'],
    ['20 words added', { instruction: WORDS(30), parent, operator: 'auto' }, 'no'],
    ['shorter', { instruction: WORDS(3), parent, operator: 'deepen' }, 'no'],
    ['breadth', { instruction: WORDS(31), parent, operator: 'breadth' }, 'not_applicable'],
    ['no operator', { parent, operator: null }, 'no_operator'],
    ['no parent', { parent: null, operator: 'deepen' }, 'no_parent'],
  ],
}
