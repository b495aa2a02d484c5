import { chatMapping, textsColumn } from './shared/chat-format'
import { readChatRow } from './shared/chat-row'
import { instructionColumn } from './shared/column-names'
import { defineFormat } from './types'

/** Chat rows that list the texts alone, the user's first (UltraChat). */
export const chatTexts = defineFormat({
  id: 'chat-texts',
  label: 'Chat as a list of texts',
  description:
    'One object per row with a list of texts: user and assistant in turn, the user first.',
  family: 'chat',
  // Beside an instruction the list is something else.
  fits: (value) =>
    textsColumn(value) !== null && instructionColumn(Object.keys(value), [value]) === null,
  mapping: (head) => chatMapping(head, textsColumn),
  toCanonical: readChatRow,
})
