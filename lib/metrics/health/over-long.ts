import { countWords } from '../texts/words'
import { NO, yes, type HealthRule } from './rule'

// Breadth asks for a text about as long as the parent's: between half and twice its words.
const BREADTH_FACTOR = 2
const WORDS = (n: number) => Array.from({ length: n }, () => 'word').join(' ')
const parent = { instruction: WORDS(10), input: null }

/** The flag of a row that is longer than its operator allows. */
export const overLong: HealthRule = {
  key: 'over_long',
  label: 'over-long',
  rule: 'Depth and automatic operators: more than 40 words longer than the parent (parameter addedWords); breadth: fewer than half or more than twice the words of the parent; instructions without input.',
  read: ({ instruction, parent: from, operator }, { addedWords, unknownOperator }) => {
    if (!from) return { missing: 'no_parent' }
    if (operator === null && unknownOperator === 'missing') return { missing: 'no_operator' }
    const [own, before] = [countWords(instruction), countWords(from.instruction)]
    if ((operator ?? unknownOperator) !== 'breadth') {
      return own - before > addedWords ? yes(`${own - before} words added`) : NO
    }
    const fits = own * BREADTH_FACTOR >= before && own <= before * BREADTH_FACTOR
    return fits ? NO : yes(`${own} words, parent ${before}`)
  },
  examples: [
    ['41 words added', { instruction: WORDS(51), parent, operator: 'deepen' }, 'yes'],
    ['40 words added', { instruction: WORDS(50), parent, operator: 'auto' }, 'no'],
    ['breadth, twice as long', { instruction: WORDS(20), parent, operator: 'breadth' }, 'no'],
    ['breadth, longer than that', { instruction: WORDS(21), parent, operator: 'breadth' }, 'yes'],
    ['breadth, under half', { instruction: WORDS(4), parent, operator: 'breadth' }, 'yes'],
    ['no operator', { parent, operator: null }, 'no_operator'],
    ['no parent', { parent: null, operator: 'deepen' }, 'no_parent'],
  ],
}
