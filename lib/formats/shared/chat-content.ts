import { RowProblem } from '../types'
import type { JsonObject, JsonValue, RowFlag } from '../types'
import { kindOf, quote } from './build-row'
import { isObject, own } from './column-path'

/** What reading a chat notes beside its texts. */
export interface ChatNotes {
  flags: Set<RowFlag>
  /** Parts that hold no text, with place and type. */
  remarks: string[]
}

/** Types of parts that hold text. */
const TEXT_TYPES = new Set(['text', 'input_text', 'output_text'])
/** Keys of a part that may hold its text. */
const TEXT_KEYS = ['text', 'value', 'content']
/** Pictures, films, sounds and files, as types of parts or as keys of parts without a type. */
const MEDIA = /^(input_)?(image|video|audio|file)s?(_url|_path|_file)?$/
// These say something that is not part of the conversation's text, so a message of nothing else reads as empty.
const SILENT_TYPES = new Set([
  'tool_use',
  'tool_call',
  'tool_calls',
  'tool_result',
  'function_call',
  'thinking',
  'redacted_thinking',
  'reasoning',
  'refusal',
])

/** Returns the text of a part, null when it holds none. */
function partText(part: JsonValue): string | null {
  if (typeof part === 'string') return part
  if (!isObject(part)) return null
  const type = own(part, 'type')
  if (type !== undefined && !(typeof type === 'string' && TEXT_TYPES.has(type))) return null
  for (const key of TEXT_KEYS) {
    const text = own(part, key)
    if (typeof text === 'string') return text
    const inner = isObject(text) ? own(text, 'value') : undefined
    if (typeof inner === 'string') return inner
  }
  return null
}

function typeOf(part: JsonValue): string {
  if (!isObject(part)) return ''
  const type = own(part, 'type')
  if (typeof type === 'string') return type
  return Object.keys(part).find((key) => MEDIA.test(key)) ?? ''
}

function describe(part: JsonValue): string {
  const type = typeOf(part)
  if (type !== '') return `the type ${quote(type)}`
  return isObject(part)
    ? `the keys ${Object.keys(part).slice(0, 4).map(quote).join(', ')}`
    : `${kindOf(part)} instead of an object`
}

/**
 * Returns the text of a message's content: a string, or its text parts joined without separator. Other parts are flagged and named in the
 * remarks; a message of which nothing can be read is a RowProblem. `where` names the message.
 */
export function contentText(
  content: JsonValue | undefined,
  where: string,
  notes: ChatNotes,
): string | RowProblem {
  if (typeof content === 'string') return content
  const parts = isObject(content) ? [content as JsonObject] : content
  if (!Array.isArray(parts)) {
    return new RowProblem(`${where} is ${kindOf(content)}.`, 'a string or a list of parts')
  }
  let text = ''
  let unread: string | null = null
  let media = ''
  let hasText = false
  for (const [i, part] of parts.entries()) {
    const piece = partText(part)
    if (piece !== null) {
      text += piece
      hasText = true
      continue
    }
    const type = typeOf(part)
    const remark = `${where}, part ${i + 1} has ${describe(part)}, which holds no text`
    notes.flags.add('non_text_content')
    notes.remarks.push(remark)
    const kind = MEDIA.exec(type)?.[2]
    if (kind !== undefined) {
      notes.flags.add('multimodal')
      media += `<${kind}>`
    } else if (!SILENT_TYPES.has(type)) unread ??= remark
  }
  // A message of pictures alone is not an empty one: it reads as LLaMA-Factory's placeholders.
  if (!hasText && media !== '') return media
  if (!hasText && unread !== null) return new RowProblem(`${unread}.`, 'at least one text part')
  return text
}
