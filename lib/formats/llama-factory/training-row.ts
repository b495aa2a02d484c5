import { chatNotes, readTurns, userPairs } from '../shared/chat-turn'
import type { ChatTurn } from '../shared/chat-turn'
import { isObject, own } from '../shared/column-path'
import { RowProblem } from '../types'
import type { ChatTags, JsonObject, JsonValue } from '../types'
import type { ExportRow } from '../writers/export-row'

/** Shape of the training file. */
export type BundleFormat = 'alpaca' | 'sharegpt'

/** Optional columns: written for every row as soon as one row has them, since all rows must have the same keys. */
export interface BundleColumns {
  system: boolean
  history: boolean
  tools: boolean
}

export interface TrainingOptions {
  format: BundleFormat
  /** instruction = instruction and input joined by a newline, input = "". */
  foldInput: boolean
}

/** A row on its way into the training file, or why it cannot go. */
export interface TrainingRow {
  prompt: string
  /** Instruction and input that make the last prompt. */
  instruction: string
  input: string
  output: string | null
  system: string
  history: [string, string][]
  tools: string
  /** ShareGPT messages, roles translated; null for flat rows. */
  messages: { from: string; value: string }[] | null
  /** The chat is more than user and assistant in turn, which pairs cannot express. */
  isIrregular: boolean
}

/** ShareGPT's names of the speakers; what tools say goes by its own name. */
const FROM = { system: 'system', user: 'human', assistant: 'gpt', other: null } as const
const FROM_OTHER = new Map([
  ['tool', 'observation'],
  ['function', 'observation'],
])

/** Returns the prompt that the classic engine builds: the parts that are not empty, joined by one newline. */
function joinPrompt(instruction: string, input: string | null): string {
  return [instruction, input ?? ''].filter((part) => part !== '').join('\n')
}

/** Returns the training row of an exported row, or the reason why it cannot be written. */
export function toTrainingRow(item: ExportRow): TrainingRow | string {
  const { row } = item
  const output = item.response === undefined ? row.output : item.response
  const tools = row.tools === null ? '' : asText(row.tools)
  if (row.messages === null) {
    const input = row.input ?? ''
    return {
      prompt: joinPrompt(row.instruction, input),
      instruction: row.instruction,
      input,
      output,
      system: row.system ?? '',
      history: row.history ?? [],
      tools,
      messages: null,
      isIrregular: false,
    }
  }
  const chat = readMessages(row.messages, item.mapping?.tags)
  if (typeof chat === 'string') return chat
  const messages = item.response === undefined ? chat.messages : withReply(chat.messages, output)
  const pairs = userPairs(chat.turns)
  const users = chat.turns.filter((turn) => turn.role === 'user')
  const instruction = users.at(-1)?.text ?? ''
  const isAnswered = chat.turns.at(-1)?.role === 'assistant'
  const last = chat.turns.findLast((turn) => turn.role === 'assistant')?.text ?? null
  return {
    prompt: instruction,
    instruction,
    input: '',
    output: item.response === undefined ? (isAnswered ? last : null) : output,
    system: row.system ?? '',
    history: isAnswered ? pairs.slice(0, -1) : pairs,
    tools,
    messages,
    isIrregular: !alternates(chat.turns),
  }
}

function alternates(turns: readonly ChatTurn[]): boolean {
  const rest = turns[0]?.role === 'system' ? turns.slice(1) : turns
  return rest.every((turn, i) => turn.role === (i % 2 === 0 ? 'user' : 'assistant'))
}

/** Returns the object that stands in the training file; all rows of a bundle have the same keys. */
export function trainingObject(
  row: TrainingRow,
  columns: BundleColumns,
  options: TrainingOptions,
): JsonObject {
  const tools: JsonObject = columns.tools ? { tools: row.tools } : {}
  if (options.format === 'sharegpt') return { conversations: chatMessages(row), ...tools }
  return {
    instruction: options.foldInput ? row.prompt : row.instruction,
    input: options.foldInput ? '' : row.input,
    output: row.output ?? '',
    ...(columns.system ? { system: row.system } : {}),
    ...(columns.history ? { history: row.history } : {}),
    ...tools,
  }
}

function chatMessages(row: TrainingRow): JsonObject[] {
  if (row.messages) {
    const [first] = row.messages
    const hasSystem = first?.from === 'system' || row.system === ''
    return hasSystem ? row.messages : [{ from: 'system', value: row.system }, ...row.messages]
  }
  const messages: JsonObject[] = row.system === '' ? [] : [{ from: 'system', value: row.system }]
  for (const [user, assistant] of row.history) {
    messages.push({ from: 'human', value: user }, { from: 'gpt', value: assistant })
  }
  messages.push({ from: 'human', value: row.prompt })
  messages.push({ from: 'gpt', value: row.output ?? '' })
  return messages
}

interface Chat {
  messages: { from: string; value: string }[]
  turns: ChatTurn[]
}

function readMessages(
  source: readonly JsonValue[],
  tags: ChatTags | null | undefined,
): Chat | string {
  // A call has no text; turning it into a function_call message would invent its format.
  if (source.some((message) => isObject(message) && own(message, 'tool_calls'))) return 'tool_calls'
  if (source.some((message) => message === null || typeof message !== typeof source[0])) {
    return 'message_not_an_object'
  }
  const notes = chatNotes()
  const turns = readTurns(source, '', notes, tags)
  if (turns instanceof RowProblem) return 'content_not_text'
  if (notes.flags.size > 0) return 'non_text_content'
  const messages = turns.map(({ role, name, text }) => ({
    from: FROM[role] ?? FROM_OTHER.get(name) ?? name,
    value: text,
  }))
  return { messages, turns }
}

function withReply(messages: Chat['messages'], reply: string | null): Chat['messages'] {
  const kept = messages.at(-1)?.from === 'gpt' ? messages.slice(0, -1) : messages
  return reply === null ? kept : [...kept, { from: 'gpt', value: reply }]
}

function asText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
