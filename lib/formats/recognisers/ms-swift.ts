import { own } from '../shared/build-row'
import { defineRecogniser } from '../types'

/** ms-swift's {conversation: [{human, assistant}]}. */
export const msSwift = defineRecogniser({
  id: 'ms-swift',
  matches: (head) => {
    const [row] = head.objects
    const chat = row && own(row, 'conversation')
    const first = Array.isArray(chat) ? chat[0] : undefined
    if (typeof first !== 'object' || first === null || Array.isArray(first)) return false
    return Object.hasOwn(first, 'human') && Object.hasOwn(first, 'assistant')
  },
  message:
    'These are ms-swift conversations ({human, assistant} pairs), which are not read. Convert them to ShareGPT ({from, value}) or to messages ({role, content}).',
})
