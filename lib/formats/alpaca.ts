import { own } from './shared/build-row'
import { readFlatRow } from './shared/flat-row'
import { defineFormat, emptyMapping } from './types'

/** Rows {instruction, input, output}: seeds, evolved files before and after responses, AutoIF rows. */
export const alpaca = defineFormat({
  id: 'alpaca',
  label: 'Alpaca',
  description:
    'One object per row with instruction, input and output; system and history are optional.',
  fits: (value) =>
    own(value, 'instruction') !== undefined &&
    (own(value, 'output') !== undefined || own(value, 'input') !== undefined),
  mapping(head) {
    const present = (key: string) => (head.keys.includes(key) ? key : null)
    return {
      ...emptyMapping(),
      instruction: 'instruction',
      // Mapped even when absent: a missing input is "" with a flag, not an unmapped column.
      input: 'input',
      output: 'output',
      system: present('system'),
      history: present('history'),
      tools: present('tools'),
      id: present('id'),
    }
  },
  toCanonical: readFlatRow,
})
