import { isObject, own } from '../shared/column-path'
import type { JsonObject, JsonValue } from '../types'
import { MEDIA } from './carried'
import type { Media } from './carried'
import { templateProblem } from './template-step'
import type { FactoryTurn, TemplateInput } from './template-step'

/** Column names of an entry in dataset_info.json; null = not mapped. */
export type FactoryColumns = Record<
  | 'prompt'
  | 'query'
  | 'response'
  | 'messages'
  | 'history'
  | 'system'
  | 'tools'
  | 'images'
  | 'videos'
  | 'audios'
  | 'chosen'
  | 'rejected'
  | 'kto_tag',
  string | null
>

/** Role and key names of a chat entry; null = not given in a `tags` block. */
export type FactoryTags = Record<
  | 'role_tag'
  | 'content_tag'
  | 'user_tag'
  | 'assistant_tag'
  | 'observation_tag'
  | 'function_tag'
  | 'system_tag',
  string | null
>

/** What training is to do with the rows. */
export const STAGES = {
  sft: 'Answers to imitate (sft)',
  kto: 'Answers marked good or bad (kto)',
  dpo: 'Pairs of answers (dpo)',
} as const
export type Stage = keyof typeof STAGES

/** An entry of dataset_info.json, as far as it decides what becomes of a row. */
export interface FactoryEntry {
  formatting: 'alpaca' | 'sharegpt'
  ranking: boolean
  columns: FactoryColumns
  tags: FactoryTags
}

/** A row that the converter accepts: one response, or two for marked answers and pairs (the better one first). */
export interface ConvertedRow extends TemplateInput {
  outcome: 'kept'
  turns: FactoryTurn[]
  responses: FactoryTurn[]
  system: string
}

/** What training does with a row. */
export type FactoryResult = ConvertedRow | { outcome: 'dropped' | 'stops'; reason: string }

export const DEFAULT_COLUMNS: FactoryColumns = {
  prompt: 'instruction',
  query: 'input',
  response: 'output',
  messages: 'conversations',
  history: null,
  system: null,
  tools: null,
  images: null,
  videos: null,
  audios: null,
  chosen: null,
  rejected: null,
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

function namesOf<N extends string>(
  block: JsonObject | null,
  preset: Record<N, string | null>,
): Record<N, string | null> {
  if (!block) return preset
  const names = Object.keys(preset).map((key) => [key, text(own(block, key))])
  return Object.fromEntries(names) as Record<N, string | null>
}

/** Returns the columns in force: with a `columns` block, every key that it does not list is null. */
export function columnsInForce(block: JsonObject | null): FactoryColumns {
  return namesOf(block, DEFAULT_COLUMNS)
}

/** Returns the tags in force, by the same rule. */
export function tagsInForce(block: JsonObject | null): FactoryTags {
  return namesOf(block, DEFAULT_TAGS)
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

type Failed = Exclude<FactoryResult, ConvertedRow>

function stops(reason: string): Failed {
  return { outcome: 'stops', reason }
}

function dropped(reason: string): Failed {
  return { outcome: 'dropped', reason }
}

const said = (content: string): FactoryTurn => ({ role: 'assistant', content })

/** Returns an answer and the empty one that stands for the other verdict, the better one first. */
function marked(answer: FactoryTurn, isGood: boolean): FactoryTurn[] {
  return isGood ? [answer, said('')] : [said(''), answer]
}

/** Returns the columns that are read alike in both shapes. */
function shared(row: JsonObject, columns: FactoryColumns): { tools: string; media: Media } {
  const media: Media = { images: [], videos: [], audios: [] }
  for (const kind of MEDIA) {
    const value = own(row, columns[kind])
    if (Array.isArray(value)) media[kind] = value.map(String)
    else if (value !== undefined && value !== null) media[kind] = [String(value)]
  }
  return { tools: String(own(row, columns.tools) ?? ''), media }
}

/** Returns what LLaMA-Factory's Alpaca converter makes of a row (formats.md 5.2 and 5.3). */
function convertAlpaca(row: JsonObject, { columns, ranking }: FactoryEntry): FactoryResult {
  const turns: FactoryTurn[] = []
  const history = own(row, columns.history)
  if (Array.isArray(history)) {
    for (const pair of history) {
      if (!Array.isArray(pair) || pair.length !== 2) return stops('history_not_pairs')
      turns.push({ role: 'user', content: String(pair[0]) }, said(String(pair[1])))
    }
  }
  const parts = [own(row, columns.prompt), own(row, columns.query)].filter(Boolean).map(String)
  turns.push({ role: 'user', content: parts.join('\n') })
  const response = own(row, columns.response)
  const verdict = own(row, columns.kto_tag)
  const [chosen, rejected] = [own(row, columns.chosen), own(row, columns.rejected)]
  const kept = (responses: FactoryTurn[]): FactoryResult => ({
    outcome: 'kept',
    turns,
    responses,
    system: String(own(row, columns.system) ?? ''),
    ...shared(row, columns),
  })
  if (typeof verdict === 'boolean') return kept(marked(said(String(response ?? '')), verdict))
  if (ranking && typeof chosen === 'string' && typeof rejected === 'string')
    return kept([said(chosen), said(rejected)])
  if (columns.response === null) return dropped('response_unmapped')
  return typeof response === 'string' ? kept([said(response)]) : dropped('response_not_text')
}

/** Returns what LLaMA-Factory's ShareGPT converter makes of a row (formats.md 5.2 and 5.3). */
function convertShareGpt(row: JsonObject, entry: FactoryEntry): FactoryResult {
  const { columns, tags, ranking } = entry
  if (columns.messages === null) return stops('messages_unmapped')
  if (tags.role_tag === null || tags.content_tag === null) return stops('tags_incomplete')
  const messages = own(row, columns.messages)
  if (!Array.isArray(messages)) return stops('messages_not_a_list')
  let system = String(own(row, columns.system) ?? '')
  const prompts = new Map([
    [tags.user_tag, 'user'],
    [tags.observation_tag, 'observation'],
  ])
  const answers = new Map([
    [tags.assistant_tag, 'assistant'],
    [tags.function_tag, 'function'],
  ])
  const [first] = messages
  const hasSystem =
    tags.system_tag !== null && isObject(first) && own(first, tags.role_tag) === tags.system_tag
  if (hasSystem) system = String(own(first as JsonObject, tags.content_tag) ?? '')
  const turns: FactoryTurn[] = []
  for (const [i, message] of messages.slice(hasSystem ? 1 : 0).entries()) {
    const turn = readTurn(message, i % 2 === 0 ? prompts : answers, tags)
    if ('outcome' in turn) return turn
    turns.push(turn)
  }
  if (turns.length === 0) return dropped('no_turns')
  // A pair's answers stand in columns of their own, so the messages end with the question.
  if (turns.length % 2 !== (ranking ? 1 : 0)) return dropped('odd_number_of_messages')
  const kept = (prompt: FactoryTurn[], responses: FactoryTurn[]): FactoryResult => ({
    outcome: 'kept',
    turns: prompt,
    responses,
    system,
    ...shared(row, columns),
  })
  const verdict = own(row, columns.kto_tag)
  const last = turns.at(-1) as FactoryTurn
  if (typeof verdict === 'boolean') return kept(turns.slice(0, -1), marked(last, verdict))
  if (!ranking) return kept(turns.slice(0, -1), [last])
  const pair: FactoryTurn[] = []
  for (const key of [columns.chosen, columns.rejected]) {
    const message = own(row, key)
    if (!isObject(message)) return dropped('pair_missing')
    const turn = readTurn(message, answers, tags)
    if ('outcome' in turn) return turn
    pair.push(turn)
  }
  return kept(turns, pair)
}

function readTurn(
  message: JsonValue,
  accepted: ReadonlyMap<string | null, string>,
  tags: FactoryTags,
): FactoryTurn | Failed {
  if (!isObject(message)) return stops('message_not_an_object')
  const name = text(own(message, tags.role_tag))
  const role = name === null ? undefined : accepted.get(name)
  if (role === undefined) return dropped('role_order')
  const content = own(message, tags.content_tag)
  return typeof content === 'string' ? { role, content } : stops('content_not_text')
}

/** Returns what LLaMA-Factory's converter makes of a row under an entry of dataset_info.json. */
export function convertRow(row: JsonObject, entry: FactoryEntry): FactoryResult {
  return entry.formatting === 'alpaca' ? convertAlpaca(row, entry) : convertShareGpt(row, entry)
}

/** What the training run asks of its data set. */
export interface StageRules {
  stage: Stage
  /** Name of the chat template. */
  template: string
  /** Whether rows without media must hold no placeholders either: the model is a multimodal one. */
  strictMedia: boolean
}

/** Returns what a training run makes of a row: conversion, the stage's own rule, and the chat template. */
export function factoryOutcome(
  row: JsonObject,
  entry: FactoryEntry,
  { stage, template, strictMedia }: StageRules,
): FactoryResult {
  if (entry.ranking !== (stage === 'dpo')) return stops('ranking_of_another_stage')
  const result = convertRow(row, entry)
  if (result.outcome !== 'kept') return result
  const needed = stage === 'sft' ? 1 : 2
  if (result.responses.length !== needed)
    return dropped(stage === 'sft' ? 'kto_tag' : `${stage}_needs_two`)
  const problem = templateProblem(result, template, strictMedia)
  return problem === null ? result : stops(problem)
}
