import { likeness, normalText } from './normal'
import { NO, yes, type HealthRule } from './rule'

const SEA = 'Write a short poem about the sea and the wind in the spring.'
const parent = { instruction: SEA, input: null }

/** The flag of a row that repeats its parent. */
export const copyExact: HealthRule = {
  key: 'copy_exact',
  label: 'copy of parent',
  rule: 'The instruction equals its parent after NFKC, case folding, single blanks, and without quotation marks around it and punctuation at its end.',
  read: (row) => {
    if (!row.parent) return { missing: 'no_parent' }
    const same = normalText(row.instruction) === normalText(row.parent.instruction)
    return same ? yes('the same text') : NO
  },
  examples: [
    [
      'other case, blanks and quotation marks',
      { instruction: ` "write a  short ${SEA.slice(14, -1)}"\n`, parent },
      'yes',
    ],
    [
      'full-width letters',
      { instruction: 'ＡＢＣ', parent: { ...parent, instruction: 'abc?' } },
      'yes',
    ],
    ['a word more', { instruction: `${SEA} Rhyme.`, parent }, 'no'],
    ['no parent', { parent: null }, 'no_parent'],
  ],
}

/** The flag of a row that hardly changes its parent. */
export const copyNear: HealthRule = {
  key: 'copy_near',
  label: 'near copy',
  rule: 'Row and parent, made alike as for copies, share at least 0.90 of their character 5-grams (Jaccard; parameter nearCopy); copies count too, and texts under 20 characters only as copies.',
  read: (row, { nearCopy }) => {
    if (!row.parent) return { missing: 'no_parent' }
    const share = likeness(normalText(row.instruction), normalText(row.parent.instruction))
    return share >= nearCopy ? yes(`${share.toFixed(2)} of 5-grams in common`) : NO
  },
  examples: [
    ['a letter less', { instruction: SEA.slice(1), parent }, 'yes'],
    ['a copy', { instruction: SEA, parent }, 'yes'],
    ['another sentence', { instruction: `${SEA} Rhyme the lines.`, parent }, 'no'],
    [
      'short texts',
      { instruction: 'Add two numbers', parent: { ...parent, instruction: 'Add two number' } },
      'no',
    ],
    ['no parent', { parent: null }, 'no_parent'],
  ],
}
