import { z } from 'zod'
import { AppError } from '@/lib/errors'
import { pointerStep } from '../containers/json-exact'
import { MEDIA } from '../llama-factory/carried'
import { checkBundle } from '../llama-factory/check'
import { contentReason } from '../llama-factory/row-reason'
import { callProblem, toolsProblem } from '../llama-factory/template-step'
import { chatMessages, toTrainingRow, type TrainingRow } from '../llama-factory/training-row'
import { isObject, own } from '../shared/column-path'
import { parseExact, stringifyExact } from '../shared/exact-json'
import type { JsonObject, JsonValue } from '../types'
import { addedColumns, freeName, literalsOf, restoreEntries, type ExportRow } from './export-row'
import { lengthOptions, ofTraining, TRAINING_OPTIONS } from './training'
import { defineWriter, type RowBatches } from './types'

/** Chats as OpenAI's fine-tuning and most chat templates read them. */
export const openaiChat = defineWriter({
  id: 'openai-chat',
  label: 'OpenAI chat JSONL',
  description:
    'One chat a line under "messages": system, earlier turns, question and answer by role. Chats that came in this form stay as they are, tool calls included; other columns go along only where you choose them.',
  extension: 'jsonl',
  mediaType: 'application/x-ndjson; charset=utf-8',
  options: z.object(TRAINING_OPTIONS),
  async prepare({ name, options, open, counter = null }) {
    const settings = { ...SETTINGS, ...options, ...lengthOptions(options), name, counter }
    const read = (item: ExportRow) => readChat(item, options)
    const check = await checkBundle(open(), settings, read)
    return ofTraining(check, () => writeChats(open(), read, check.rowsKept))
  },
})

const SETTINGS = { format: 'sharegpt', stage: 'sft', foldInput: false, template: '' } as const

/** Speakers of the conversation form -> OpenAI's roles. */
const ROLES = new Map([
  ['system', 'system'],
  ['human', 'user'],
  ['gpt', 'assistant'],
  ['observation', 'tool'],
  ['function_call', 'assistant'],
])
const OPENAI_ROLES = new Set([...ROLES.values(), 'developer', 'function'])

function readChat(item: ExportRow, options: { allowEmptyResponses: boolean }) {
  const row = toTrainingRow(item, isOpenAi(item))
  if (typeof row === 'string') return { row, reason: row }
  return { row, reason: contentReason(row, { ...SETTINGS, ...options }) ?? chatReason(item, row) }
}

function chatReason(item: ExportRow, row: TrainingRow): string | null {
  if (MEDIA.some((kind) => row.media[kind].length > 0)) return 'media_unsupported'
  const tools = toolsProblem(row.tools, SETTINGS.template)
  if (tools !== null) return tools
  if (row.tools !== '' && jsonOf(row.tools) === undefined) return 'tools_not_json'
  if (isOpenAi(item)) return null
  for (const { from, value } of row.messages ?? []) {
    if (!ROLES.has(from)) return 'role_unknown'
    if (from !== 'function_call') continue
    const problem = jsonOf(value) === undefined ? 'function_call_not_json' : callProblem(value)
    if (problem !== null) return problem
  }
  return null
}

/** Returns whether a row came as a chat in OpenAI's own spelling, which is written as it came. */
function isOpenAi({ row, mapping }: ExportRow): boolean {
  if (row.messages === null || mapping?.messages == null || mapping.tags) return false
  return row.messages.every(
    (message) =>
      isObject(message) &&
      OPENAI_ROLES.has(String(own(message, 'role'))) &&
      Object.hasOwn(message, 'content'),
  )
}

/** Yields one chat a line. Throws AppError when the rows changed since they were checked. */
async function* writeChats(
  batches: RowBatches,
  read: (item: ExportRow) => ReturnType<typeof readChat>,
  expected: number,
): AsyncGenerator<string> {
  let count = 0
  for await (const batch of batches) {
    let text = ''
    for (const item of batch) {
      const { row, reason } = read(item)
      if (reason !== null || typeof row === 'string') continue
      text += `${chatLine(item, row)}\n`
      count++
    }
    if (text) yield text
  }
  if (count !== expected)
    throw new AppError('conflict', 'The rows changed since the check. Check again.')
}

function chatLine(item: ExportRow, row: TrainingRow): string {
  const messages = isOpenAi(item)
    ? ownMessages(item, row)
    : openAiMessages(row).map((message) => JSON.stringify(message))
  const cells = [`"messages":[${messages.join(',')}]`]
  if (row.tools !== '') cells.push(`"tools":${toolsText(row.tools)}`)
  const taken = new Set(['messages', 'tools'])
  for (const { key, value } of addedColumns(item))
    cells.push(`${JSON.stringify(freeName(key, taken))}:${JSON.stringify(value)}`)
  return `{${cells.join(',')}}`
}

function ownMessages(item: ExportRow, row: TrainingRow): string[] {
  const key = item.mapping?.messages ?? ''
  const entry = restoreEntries(item).find((one) => one.key === key)
  const messages = (entry?.value ?? []) as JsonValue[]
  const written = messages.map((message, i) =>
    stringifyExact(message, literalsOf(item), `${entry?.pointer ?? ''}${pointerStep(i)}`),
  )
  const hasSystem = row.messages?.[0]?.from === 'system'
  if (row.system === '' || hasSystem) return written
  return [JSON.stringify({ role: 'system', content: row.system }), ...written]
}

function openAiMessages(row: TrainingRow): JsonObject[] {
  let calls: string[] = []
  let made = 0
  return chatMessages(row, false).map(({ from, value }) => {
    const role = ROLES.get(String(from)) as string
    if (from === 'function_call') {
      const parsed = JSON.parse(String(value)) as JsonValue
      const list = (Array.isArray(parsed) ? parsed : [parsed]) as JsonObject[]
      calls = list.map(() => `call_${(made += 1)}`)
      const tool_calls = list.map((call, i) => ({
        id: calls[i] as string,
        type: 'function',
        function: { name: own(call, 'name') ?? '', arguments: argumentsText(call) },
      }))
      return { role, content: null, tool_calls }
    }
    const answered = role === 'tool' ? calls.shift() : undefined
    return {
      role,
      ...(answered === undefined ? {} : { tool_call_id: answered }),
      content: value as string,
    }
  })
}

function argumentsText(call: JsonObject): string {
  const given = own(call, 'arguments') ?? {}
  return typeof given === 'string' ? given : JSON.stringify(given)
}

/** Tools in OpenAI's form: each a function. */
function toolsText(text: string): string {
  const literals: Record<string, string> = {}
  const tools = parseExact(text, literals)
  const written = (Array.isArray(tools) ? tools : []).map((tool, i) => {
    const exact = stringifyExact(tool, literals, pointerStep(i))
    const isWrapped = isObject(tool) && own(tool, 'type') !== undefined
    return isWrapped ? exact : `{"type":"function","function":${exact}}`
  })
  return `[${written.join(',')}]`
}

/** Returns what strict JSON reads in a text; LLaMA-Factory's reader takes more than other trainers. */
function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
