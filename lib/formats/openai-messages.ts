import { own } from './shared/build-row'
import { readChatRow } from './shared/chat-row'
import { isObject, readOpenAiTurn } from './shared/chat-turn'
import { defineFormat, emptyMapping } from './types'

/** Chat rows {messages: [{role, content}]}; content may be a string, null or a list of parts. */
export const openaiMessages = defineFormat({
  id: 'openai-messages',
  label: 'OpenAI messages',
  description: 'One object per row with messages, a list of {role, content}.',
  fits(value) {
    const chat = own(value, 'messages')
    if (!Array.isArray(chat)) return false
    const first = chat[0]
    return first === undefined || (isObject(first) && Object.hasOwn(first, 'role'))
  },
  mapping(head) {
    const present = (key: string) => (head.keys.includes(key) ? key : null)
    return {
      ...emptyMapping(),
      messages: 'messages',
      system: present('system'),
      tools: present('tools'),
      id: present('id'),
    }
  },
  toCanonical: (source, mapping) => readChatRow(source, mapping, readOpenAiTurn),
})
