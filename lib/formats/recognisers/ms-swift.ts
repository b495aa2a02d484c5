import { CHAT_KEYS } from '../shared/chat-format'
import { isObject, own } from '../shared/column-path'
import { defineRecogniser } from '../types'
import type { JsonValue } from '../types'

/** ms-swift's {conversation: [{human, assistant}]}, under any name of a chat. */
export const msSwift = defineRecogniser({
  id: 'ms-swift',
  matches: (head) => {
    const [row] = head.objects
    return row !== undefined && CHAT_KEYS.some((key) => isPairs(own(row, key)))
  },
  message:
    'These are ms-swift conversations ({human, assistant} pairs), which are not read. Convert them to ShareGPT ({from, value}) or to messages ({role, content}).',
})

function isPairs(chat: JsonValue | undefined): boolean {
  const first = Array.isArray(chat) ? chat[0] : undefined
  return isObject(first) && Object.hasOwn(first, 'human') && Object.hasOwn(first, 'assistant')
}
