import { isObject, own } from '../shared/column-path'
import type { JsonObject, JsonValue } from '../types'

/** Column names of an entry in dataset_info.json; null = not mapped. */
export interface FactoryColumns {
  prompt: string | null
  query: string | null
  response: string | null
  messages: string | null
  history: string | null
  system: string | null
  tools: string | null
  kto_tag: string | null
}

/** Role and key names of a chat entry; null = not given in a `tags` block. */
export interface FactoryTags {
  role_tag: string | null
  content_tag: string | null
  user_tag: string | null
  assistant_tag: string | null
  observation_tag: string | null
  function_tag: string | null
  system_tag: string | null
}

/** What supervised fine-tuning does with a row. */
export type FactoryResult =
  | {
      outcome: 'kept'
      turns: { role: string; content: string }[]
      system: string
      response: string
    }
  | { outcome: 'dropped' | 'stops'; reason: string }

export const DEFAULT_COLUMNS: FactoryColumns = {
  prompt: 'instruction',
  query: 'input',
  response: 'output',
  messages: 'conversations',
  history: null,
  system: null,
  tools: null,
  kto_tag: null,
}

export const DEFAULT_TAGS: FactoryTags = {
  role_tag: 'from',
  content_tag: 'value',
  user_tag: 'human',
  assistant_tag: 'gpt',
  observation_tag: 'observation',
  function_tag: 'function_call',
  system_tag: 'system',
}

/** Returns the columns in force: with a `columns` block, every key that it does not list is null. */
export function columnsInForce(block: JsonObject | null): FactoryColumns {
  if (!block) return DEFAULT_COLUMNS
  const named = (key: string) => text(own(block, key))
  return {
    prompt: named('prompt'),
    query: named('query'),
    response: named('response'),
    messages: named('messages'),
    history: named('history'),
    system: named('system'),
    tools: named('tools'),
    kto_tag: named('kto_tag'),
  }
}

/** Returns the tags in force, by the same rule. */
export function tagsInForce(block: JsonObject | null): FactoryTags {
  if (!block) return DEFAULT_TAGS
  const named = (key: string) => text(own(block, key))
  return {
    role_tag: named('role_tag'),
    content_tag: named('content_tag'),
    user_tag: named('user_tag'),
    assistant_tag: named('assistant_tag'),
    observation_tag: named('observation_tag'),
    function_tag: named('function_tag'),
    system_tag: named('system_tag'),
  }
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function stops(reason: string): FactoryResult {
  return { outcome: 'stops', reason }
}

function dropped(reason: string): FactoryResult {
  return { outcome: 'dropped', reason }
}

/** Returns what LLaMA-Factory's Alpaca converter makes of a row (formats.md 5.2 and 5.3). */
export function convertAlpaca(row: JsonObject, columns: FactoryColumns): FactoryResult {
  const turns: { role: string; content: string }[] = []
  const history = own(row, columns.history)
  if (Array.isArray(history)) {
    for (const pair of history) {
      if (!Array.isArray(pair) || pair.length !== 2) return stops('history_not_pairs')
      turns.push(
        { role: 'user', content: String(pair[0]) },
        { role: 'assistant', content: String(pair[1]) },
      )
    }
  }
  const parts = [own(row, columns.prompt), own(row, columns.query)].filter(Boolean).map(String)
  turns.push({ role: 'user', content: parts.join('\n') })
  const response = own(row, columns.response)
  const isKto = typeof own(row, columns.kto_tag) === 'boolean'
  if (isKto) return dropped('kto_tag')
  if (columns.response === null) return dropped('response_unmapped')
  if (typeof response !== 'string') return dropped('response_not_text')
  return { outcome: 'kept', turns, system: String(own(row, columns.system) ?? ''), response }
}

/** Returns what LLaMA-Factory's ShareGPT converter makes of a row (formats.md 5.2 and 5.3). */
export function convertShareGpt(
  row: JsonObject,
  columns: FactoryColumns,
  tags: FactoryTags,
): FactoryResult {
  if (columns.messages === null) return stops('messages_unmapped')
  if (tags.role_tag === null || tags.content_tag === null) return stops('tags_incomplete')
  const messages = own(row, columns.messages)
  if (!Array.isArray(messages)) return stops('messages_not_a_list')
  let system = String(own(row, columns.system) ?? '')
  const turns: { role: string; content: string }[] = []
  const accepted = [
    new Map([
      [tags.user_tag, 'user'],
      [tags.observation_tag, 'observation'],
    ]),
    new Map([
      [tags.assistant_tag, 'assistant'],
      [tags.function_tag, 'function'],
    ]),
  ]
  let rest = messages
  const [first] = messages
  if (
    tags.system_tag !== null &&
    isObject(first) &&
    own(first, tags.role_tag) === tags.system_tag
  ) {
    system = String(own(first, tags.content_tag) ?? '')
    rest = messages.slice(1)
  }
  for (const [i, message] of rest.entries()) {
    if (!isObject(message)) return stops('message_not_an_object')
    const name = text(own(message, tags.role_tag))
    const role = name === null ? undefined : accepted[i % 2]?.get(name)
    if (role === undefined) return dropped('role_order')
    const content = own(message, tags.content_tag)
    if (typeof content !== 'string') return stops('content_not_text')
    turns.push({ role, content })
  }
  if (turns.length === 0) return dropped('no_turns')
  if (turns.length % 2 !== 0) return dropped('odd_number_of_messages')
  const response = (turns.pop() as { content: string }).content
  return { outcome: 'kept', turns, system, response }
}
