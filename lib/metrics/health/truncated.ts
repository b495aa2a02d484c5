import { countWords } from '../texts/words'
import { NO, yes, type HealthRule } from './rule'

// As servers name a reply that the limit of tokens ended; other reasons mean that the model ended it itself.
const CUT = new Set(['length', 'max_tokens', 'max_output_tokens', 'model_length'])
const WHOLE = new Set(['stop', 'end_turn', 'eos', 'eos_token', 'stop_sequence'])
const FENCE = /^[ \t]*```/gm
const CLOSED = /[\p{Pe}\p{Pf}\p{Po}\p{Sm}`"'|]\s*$/u
const LONG = Array.from({ length: 1_001 }, () => 'word').join(' ')

/** The flag of a row whose text was cut. */
export const truncated: HealthRule = {
  key: 'truncated',
  label: 'truncated',
  rule: 'The finish reason says that the limit of tokens was reached; where it is not known: an odd number of code fences, or more than 1,000 words (parameter longText) without closing punctuation.',
  read: ({ instruction, finishReason }, { truncation, longText }) => {
    const reason = finishReason?.trim().toLowerCase() ?? ''
    if (CUT.has(reason)) return yes(`finish reason ${reason}`)
    if (WHOLE.has(reason)) return NO
    if (truncation === 'reported') return { missing: 'no_finish_reason' }
    if ((instruction.match(FENCE)?.length ?? 0) % 2 === 1) return yes('a code block is not closed')
    const end = instruction.slice(-20)
    if (instruction.trim() === '' || CLOSED.test(end)) return NO
    const words = countWords(instruction)
    return words > longText ? yes(`${words} words without closing punctuation`) : NO
  },
  examples: [
    ['cut by the limit', { finishReason: 'length' }, 'yes'],
    ['ended by the model', { instruction: '```\ncode', finishReason: 'stop' }, 'no'],
    ['an open code block', { instruction: 'Explain:\n```python\nprint(1' }, 'yes'],
    ['a closed code block', { instruction: 'Explain:\n```python\nprint(1)\n```' }, 'no'],
    ['a short text without a full stop', { instruction: 'Add two numbers' }, 'no'],
    ['a long text that breaks off', { instruction: LONG }, 'yes'],
    ['a long text with an end', { instruction: `${LONG}。` }, 'no'],
  ],
}
