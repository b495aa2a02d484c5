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

/** The column's other spelling, which is an ordinary word too: only a placeholder or a flag makes it media. */
const SINGULAR: Record<MediaKind, string> = { images: 'image', videos: 'video', audios: 'audio' }

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
  let found = 0
  for (const kind of MEDIA) {
    const isExpected = isFlagged || countPlaceholders(texts, kind) > 0
    const value = column(row, kind) ?? (isExpected ? column(row, SINGULAR[kind]) : undefined)
    if (value === undefined) continue
    const paths = pathsOf(value)
    if (paths === null) return 'media_not_paths'
    media[kind] = paths
    found += paths.length
  }
  return isFlagged && found === 0 ? 'media_missing' : media
}

function column(row: CanonicalRow, key: string): JsonValue | undefined {
  const value = row.extra ? own(row.extra, key) : undefined
  return value === null || value === '' ? undefined : value
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
export function verdictOf({ row, response }: ExportRow): boolean | null {
  if (response !== undefined) return null
  for (const key of ['kto_tag', 'label']) {
    const value = row.extra ? own(row.extra, key) : undefined
    if (typeof value === 'boolean') return value
    // A table holds it as a word.
    if (typeof value === 'string' && /^(true|false)$/i.test(value))
      return value.toLowerCase() === 'true'
  }
  return row.flags.includes('rejected_response') ? false : null
}

/** Returns the two answers that a row carries, null when it carries none, or why they cannot be read. */
export function pairOf({ row }: ExportRow): AnswerPair | 'pair_unreadable' | null {
  const rejected = row.extra ? own(row.extra, 'rejected') : undefined
  const isPair = rejected !== undefined && rejected !== null
  if (!isPair && !row.flags.includes('preference')) return null
  const chosen = (row.extra ? own(row.extra, 'chosen') : undefined) ?? row.output ?? undefined
  const texts = { chosen: answerText(chosen), rejected: answerText(rejected) }
  return texts.chosen === null || texts.rejected === null
    ? 'pair_unreadable'
    : { chosen: texts.chosen, rejected: texts.rejected }
}

/** Returns an answer given as text or as one message of the assistant. */
function answerText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value
  if (!isObject(value)) return null
  const role = own(value, 'from') ?? own(value, 'role')
  const text = own(value, 'value') ?? own(value, 'content')
  return typeof text === 'string' && (role === 'gpt' || role === 'assistant') ? text : null
}
