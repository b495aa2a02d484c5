import { own } from './shared/build-row'
import { readChatRow } from './shared/chat-row'
import { isObject, readShareGptTurn } from './shared/chat-turn'
import { defineFormat, emptyMapping } from './types'

/** Chat rows {conversations: [{from, value}]}. */
export const sharegpt = defineFormat({
  id: 'sharegpt',
  label: 'ShareGPT',
  description: 'One object per row with conversations, a list of {from, value}.',
  fits(value) {
    const chat = own(value, 'conversations')
    if (!Array.isArray(chat)) return false
    const first = chat[0]
    if (first === undefined) return true
    return isObject(first) && Object.hasOwn(first, 'from') && Object.hasOwn(first, 'value')
  },
  mapping(head) {
    const present = (key: string) => (head.keys.includes(key) ? key : null)
    return {
      ...emptyMapping(),
      messages: 'conversations',
      system: present('system'),
      tools: present('tools'),
      id: present('id'),
    }
  },
  toCanonical: (source, mapping) => readChatRow(source, mapping, readShareGptTurn),
})
