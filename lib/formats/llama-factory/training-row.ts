import { pointerStep } from '../containers/json-exact'
import { chatNotes, readTurns, userPairs } from '../shared/chat-turn'
import type { ChatTurn } from '../shared/chat-turn'
import { isObject, own } from '../shared/column-path'
import { stringifyExact } from '../shared/exact-json'
import { RowProblem } from '../types'
import type { ChatTags, JsonObject, JsonValue } from '../types'
import type { ExportRow } from '../writers/export-row'
import type { BundleColumns, BundleOptions } from './bundle-options'
import { MEDIA, mediaOf, pairOf, verdictOf } from './carried'
import type { AnswerPair, Media } from './carried'

/** A row as it is written into the training file. */
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
  media: Media
  /** Whether the answer is marked as good or bad; null when it is not marked. */
  isGood: boolean | null
  pair: AnswerPair | 'pair_unreadable' | null
}

/** ShareGPT's names of the speakers; what tools say goes by its own name. */
const FROM = { system: 'system', user: 'human', assistant: 'gpt', other: null } as const
const FROM_OTHER = new Map([
  ['tool', 'observation'],
  ['function', 'observation'],
])

/** Returns the prompt that the classic engine builds: the parts that are not empty, joined by one newline. */
export function joinPrompt(instruction: string, input: string | null): string {
  return [instruction, input ?? ''].filter((part) => part !== '').join('\n')
}

/**
 * Returns the training row of an exported row, or the reason why it cannot be written. `keepCalls` takes messages with `tool_calls`
 * too, with the JSON text of the calls: for formats that hold them as they are.
 */
export function toTrainingRow(item: ExportRow, keepCalls = false): TrainingRow | string {
  const texts =
    item.row.messages === null ? flatTexts(item) : chatTexts(item, item.row.messages, keepCalls)
  if (typeof texts === 'string') return texts
  const { row, mapping } = item
  const media = mediaOf(row, textsOf(texts))
  if (typeof media === 'string') return media
  return {
    ...texts,
    tools:
      row.tools === null || typeof row.tools === 'string'
        ? (row.tools ?? '')
        : stringifyExact(row.tools, row.literals, mapping?.tools ? pointerStep(mapping.tools) : ''),
    media,
    isGood: verdictOf(item),
    pair: pairOf(item),
  }
}

type RowTexts = Omit<TrainingRow, 'tools' | 'media' | 'isGood' | 'pair'>

function textsOf({ messages, prompt, output, history }: RowTexts): string[] {
  return messages ? messages.map(({ value }) => value) : [...history.flat(), prompt, output ?? '']
}

function flatTexts({ row, response }: ExportRow): RowTexts {
  const input = row.input ?? ''
  return {
    prompt: joinPrompt(row.instruction, input),
    instruction: row.instruction,
    input,
    output: response === undefined ? row.output : response,
    system: row.system ?? '',
    history: row.history ?? [],
    messages: null,
    isIrregular: false,
  }
}

function chatTexts(
  { row, response, mapping }: ExportRow,
  source: readonly JsonValue[],
  keepCalls: boolean,
): RowTexts | string {
  const chat = readMessages(source, mapping?.tags, keepCalls)
  if (typeof chat === 'string') return chat
  const messages =
    response === undefined ? chat.messages : withReply(chat.messages, response ?? null)
  const pairs = userPairs(chat.turns)
  const instruction = chat.turns.findLast((turn) => turn.role === 'user')?.text ?? ''
  const last = messages.at(-1)
  return {
    prompt: instruction,
    instruction,
    input: '',
    output: last && ANSWERS.has(last.from) ? last.value : null,
    system: row.system ?? '',
    history: chat.turns.at(-1)?.role === 'assistant' ? pairs.slice(0, -1) : pairs,
    messages,
    isIrregular: !alternates(chat.turns),
  }
}

/** Roles that training learns from: a chat may end with either. */
const ANSWERS: ReadonlySet<string> = new Set(['gpt', 'function_call'])

function alternates(turns: readonly ChatTurn[]): boolean {
  const rest = turns[0]?.role === 'system' ? turns.slice(1) : turns
  return rest.every((turn, i) => turn.role === (i % 2 === 0 ? 'user' : 'assistant'))
}

/** Returns the object that stands in the training file; all rows of a bundle have the same keys. */
export function trainingObject(
  row: TrainingRow,
  columns: BundleColumns,
  options: Pick<BundleOptions, 'format' | 'stage' | 'foldInput'>,
): JsonObject {
  const isChat = options.format === 'sharegpt'
  const object: JsonObject = isChat
    ? { conversations: chatMessages(row, options.stage === 'dpo') }
    : {
        instruction: options.foldInput ? row.prompt : row.instruction,
        input: options.foldInput ? '' : row.input,
      }
  if (options.stage === 'dpo') Object.assign(object, pairObject(row, isChat))
  else if (!isChat) object.output = row.output ?? ''
  if (options.stage === 'kto' && row.isGood !== null) object.kto_tag = row.isGood
  if (!isChat && columns.system) object.system = row.system
  if (!isChat && columns.history) object.history = row.history
  if (columns.tools) object.tools = row.tools
  for (const kind of MEDIA) if (columns[kind]) object[kind] = row.media[kind]
  return object
}

function pairObject({ pair }: TrainingRow, isChat: boolean): JsonObject {
  if (pair === null || typeof pair === 'string') return {}
  const said = (value: string): JsonValue => (isChat ? { from: 'gpt', value } : value)
  return { chosen: said(pair.chosen), rejected: said(pair.rejected) }
}

/** Returns the messages of a row in ShareGPT's names; without the answer where it stands in columns of its own. */
export function chatMessages(row: TrainingRow, isQuestion: boolean): JsonObject[] {
  if (row.messages) {
    const [first] = row.messages
    const hasSystem = first?.from === 'system' || row.system === ''
    const all = hasSystem ? row.messages : [{ from: 'system', value: row.system }, ...row.messages]
    return isQuestion && isChosen(row, all.at(-1)) ? all.slice(0, -1) : all
  }
  const messages: JsonObject[] = row.system === '' ? [] : [{ from: 'system', value: row.system }]
  for (const [user, assistant] of row.history) {
    messages.push({ from: 'human', value: user }, { from: 'gpt', value: assistant })
  }
  messages.push({ from: 'human', value: row.prompt })
  if (!isQuestion) messages.push({ from: 'gpt', value: row.output ?? '' })
  return messages
}

/** Some files repeat the chosen answer at the end of the chat. */
function isChosen(
  { pair }: TrainingRow,
  last: { from: string; value: string } | undefined,
): boolean {
  return (
    last?.from === 'gpt' && typeof pair === 'object' && pair !== null && last.value === pair.chosen
  )
}

interface Chat {
  messages: { from: string; value: string }[]
  turns: ChatTurn[]
}

function readMessages(
  source: readonly JsonValue[],
  tags: ChatTags | null | undefined,
  keepCalls: boolean,
): Chat | string {
  const callsOf = (message: JsonValue | undefined) =>
    isObject(message) ? own(message, 'tool_calls') : undefined
  // A call has no text; turning it into a function_call message would invent its format.
  if (!keepCalls && source.some(callsOf)) return 'tool_calls'
  if (source.some((message) => message === null || typeof message !== typeof source[0])) {
    return 'message_not_an_object'
  }
  const notes = chatNotes()
  const turns = readTurns(source, '', notes, tags)
  if (turns instanceof RowProblem) return 'content_not_text'
  if (notes.flags.size > 0) return 'non_text_content'
  const messages = turns.map(({ role, name, text }, i) => {
    const calls = callsOf(source[i])
    if (calls) return { from: 'function_call', value: text + JSON.stringify(calls) }
    return { from: FROM[role] ?? FROM_OTHER.get(name) ?? name, value: text }
  })
  return { messages, turns }
}

function withReply(messages: Chat['messages'], reply: string | null): Chat['messages'] {
  const kept = ANSWERS.has(messages.at(-1)?.from ?? '') ? messages.slice(0, -1) : messages
  return reply === null ? kept : [...kept, { from: 'gpt', value: reply }]
}
