import { chatColumn, chatMapping, speakerKey } from '../shared/chat-format'
import { readChatRow } from '../shared/chat-row'
import { own } from '../shared/column-path'
import { defineFormat } from '../types'

/** Chat rows whose messages name the speaker in `role`, under any key; content may be a string, null or a list of parts. */
export const openaiMessages = defineFormat({
  id: 'openai-messages',
  label: 'OpenAI messages',
  description: 'One object per row with messages, a list of {role, content}.',
  family: 'chat',
  fits(value) {
    const column = chatColumn(value)
    if (column !== null) return speakerKey(own(value, column)) === 'role'
    const chat = own(value, 'messages')
    return Array.isArray(chat) && chat.length === 0
  },
  mapping: (head) => chatMapping(head, chatColumn),
  toCanonical: readChatRow,
})
