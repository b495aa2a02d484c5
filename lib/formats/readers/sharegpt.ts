import { chatColumn, chatMapping, speakerKey } from '../shared/chat-format'
import { readChatRow } from '../shared/chat-row'
import { own } from '../shared/column-path'
import { defineFormat } from '../types'

/** Chat rows whose messages name the speaker in `from`, under any key. */
export const sharegpt = defineFormat({
  id: 'sharegpt',
  label: 'ShareGPT',
  description: 'One object per row with conversations, a list of {from, value}.',
  family: 'chat',
  fits(value) {
    const column = chatColumn(value)
    if (column !== null) return speakerKey(own(value, column)) !== 'role'
    const chat = own(value, 'conversations')
    return Array.isArray(chat) && chat.length === 0
  },
  mapping: (head) => chatMapping(head, chatColumn),
  toCanonical: readChatRow,
})
