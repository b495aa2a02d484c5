import { isObject, own } from '../shared/column-path'
import type { CanonicalRow, JsonValue } from '../types'
import type { ExportRow } from '../writers/export-row'

/** Kinds of media that LLaMA-Factory knows, by the name of their column. */
export const MEDIA = ['images', 'videos', 'audios'] as const
export type MediaKind = (typeof MEDIA)[number]

/** What stands in a text where a file belongs. */
export const PLACEHOLDERS: Record<MediaKind, string> = {
  images: '<image>',
  videos: '<video>',
  audios: '<audio>',
}

/** Other spellings of the columns, some of them ordinary words: only a placeholder or a flag makes them media. */
const OTHER_NAMES: Record<MediaKind, RegExp> = {
  images: /^images?(_(path|file|url)s?)?$/i,
  videos: /^videos?(_(path|file|url)s?)?$/i,
  audios: /^audios?(_(path|file|url)s?)?$/i,
}

/** Paths or addresses of a row's media, in the order of their placeholders. */
export type Media = Record<MediaKind, string[]>

/** A better and a worse answer to one prompt. */
export interface AnswerPair {
  chosen: string
  rejected: string
}

/** Returns how often a placeholder occurs in texts. */
export function countPlaceholders(texts: readonly string[], kind: MediaKind): number {
  return texts.reduce((sum, text) => sum + text.split(PLACEHOLDERS[kind]).length - 1, 0)
}

/** Returns the media that a row carries beside its texts, or why they cannot be written as lists of paths. */
export function mediaOf(
  row: CanonicalRow,
  texts: readonly string[],
): Media | 'media_not_paths' | 'media_missing' {
  const media: Media = { images: [], videos: [], audios: [] }
  const isFlagged = row.flags.includes('multimodal')
  let isFound = false
  let hasPlace = false
  for (const kind of MEDIA) {
    const isExpected = countPlaceholders(texts, kind) > 0
    hasPlace ||= isExpected
    const value =
      filled(row, kind) ?? (isExpected || isFlagged ? otherColumn(row, kind) : undefined)
    if (value === undefined) continue
    const paths = pathsOf(value)
    if (paths === null) return 'media_not_paths'
    media[kind] = paths
    isFound ||= paths.length > 0
  }
  // A flagged row with a placeholder and no column may be HTML: the placeholders decide.
  return isFlagged && !isFound && !hasPlace ? 'media_missing' : media
}

function otherColumn(row: CanonicalRow, kind: MediaKind): JsonValue | undefined {
  const key = Object.keys(row.extra ?? {}).find(
    (name) => OTHER_NAMES[kind].test(name) && filled(row, name) !== undefined,
  )
  return key === undefined ? undefined : filled(row, key)
}

function filled(row: CanonicalRow, key: string): JsonValue | undefined {
  const value = row.extra ? own(row.extra, key) : undefined
  const isEmpty = value === null || value === '' || (Array.isArray(value) && value.length === 0)
  return isEmpty ? undefined : value
}

function pathsOf(value: JsonValue): string[] | null {
  const list = Array.isArray(value) ? value : typeof value === 'string' ? listOf(value) : null
  return list?.every((path) => typeof path === 'string' && path !== '') ? (list as string[]) : null
}

/** A table holds a list as JSON text. */
function listOf(text: string): JsonValue[] {
  if (!text.trimStart().startsWith('[')) return [text]
  try {
    const value = JSON.parse(text) as JsonValue
    return Array.isArray(value) ? value : [text]
  } catch {
    return [text]
  }
}

/** Returns whether a row's answer is marked as good or bad; null when it is not marked. The mark is of the imported answer only. */
export function verdictOf({ row, mapping, response }: ExportRow): boolean | null {
  if (response !== undefined) return null
  for (const key of [mapping?.label, 'kto_tag', 'label']) {
    const value = key && row.extra ? own(row.extra, key) : undefined
    if (typeof value === 'boolean') return value
    // A table holds it as a word; numbers are a mark only where the column says that it is one.
    if (typeof value === 'string' && /^(true|false)$/i.test(value.trim()))
      return value.trim().toLowerCase() === 'true'
    if (key !== 'label' && (value === 0 || value === 1)) return value === 1
  }
  return row.flags.includes('rejected_response') ? false : null
}

/** Returns the two answers that a row carries, null when it carries none, or why they cannot be read. */
export function pairOf({ row }: ExportRow): AnswerPair | 'pair_unreadable' | null {
  const [chosen, rejected] = [filled(row, 'chosen'), filled(row, 'rejected')]
  if (rejected === undefined && !row.flags.includes('preference')) return null
  const before = Array.isArray(chosen) ? chosen : row.messages
  // Two whole chats are a pair only when they differ in nothing but the answer.
  const isAside =
    Array.isArray(rejected) &&
    JSON.stringify(rejected.slice(0, -1)) !== JSON.stringify(before?.slice(0, -1) ?? [])
  const texts = {
    chosen: answerText(chosen) ?? (chosen === undefined ? row.output : null),
    rejected: answerText(rejected),
  }
  if (isAside || texts.chosen === null || texts.rejected === null) return 'pair_unreadable'
  return { chosen: texts.chosen, rejected: texts.rejected }
}

/** Returns an answer given as text, as one message of the assistant, or as a chat that ends with one. */
function answerText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value
  const message = Array.isArray(value) ? value.at(-1) : value
  if (!isObject(message)) return null
  const role = own(message, 'from') ?? own(message, 'role')
  const text = own(message, 'value') ?? own(message, 'content')
  return typeof text === 'string' && (role === 'gpt' || role === 'assistant') ? text : null
}
