import { own } from '../shared/column-path'
import { flatMapping } from '../shared/flat-mapping'
import { readFlatRow } from '../shared/flat-row'
import { defineFormat } from '../types'

/** Rows {instruction, input, output}: seeds, evolved files before and after responses, AutoIF rows. */
export const alpaca = defineFormat({
  id: 'alpaca',
  label: 'Alpaca',
  description:
    'One object per row with instruction, input and output; system and history are optional.',
  family: 'flat',
  fits: (value) =>
    own(value, 'instruction') !== undefined &&
    (own(value, 'output') !== undefined || own(value, 'input') !== undefined),
  mapping(head) {
    const mapping = flatMapping(head)
    const present = (key: string) => (head.keys.includes(key) ? key : null)
    const isPlain = mapping.instruction === 'instruction'
    return {
      ...mapping,
      // Mapped even when absent: a missing input is "" with a flag, not an unmapped column.
      input: 'input',
      // The same for a response that no other column gives.
      output: mapping.output ?? (isPlain && !head.keys.includes('output') ? 'output' : null),
      system: present('system'),
      history: present('history'),
      tools: present('tools'),
      id: present('id'),
    }
  },
  toCanonical: readFlatRow,
})
