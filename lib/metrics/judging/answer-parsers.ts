import { LIMITS } from '@/lib/contracts/limits'
import type { ReplyParsers } from './label-parser'
import { isRefusal, lastLine, notFound, type Parsed } from './parsed'
import { pythonStrip } from './python-text'

type Tags = readonly string[]

// What has more words is a sentence: read as a tag it would be one that nobody wrote.
const TAG_WORDS = 5
const NONE = /^(?:none|no tags?|n\/a)\.?$/i
// A list item as people and models write it; what follows is the tag.
const ITEM = /^(?:[-*•]|\d{1,3}[.)])\s+/

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns a tag in its plain form: NFKC, lower case, single blanks, without quotes and hash signs around it. */
function plainTag(text: string): string {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
  return plain.replaceAll(/^[\s"'`*#“”‘’]+|[\s"'`*“”‘’.]+$/gu, '')
}

/** Returns the texts of a JSON list of tags, or of objects with a tag each; undefined where it is something else. */
function listed(value: unknown, key: string): string[] | undefined {
  const own = value !== null && typeof value === 'object' && !Array.isArray(value)
  const list = own ? (value as Record<string, unknown>)[key] : value
  if (!Array.isArray(list)) return undefined
  const texts = list.map((one: unknown) =>
    one !== null && typeof one === 'object' ? (one as Record<string, unknown>)['tag'] : one,
  )
  return texts.every((text) => typeof text === 'string') ? texts : undefined
}

/** Returns the tags of a list without JSON; undefined where a part of it is a sentence. */
function written(reply: string): string[] | undefined {
  const lines = reply
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const items = lines.filter((line) => ITEM.test(line))
  // One item of a list that is a sentence makes the whole of it doubtful.
  const parts =
    items.length > 0
      ? items.map((line) => line.replace(ITEM, ''))
      : lastLine(reply)
          .replace(/^tags?\s*:\s*/i, '')
          .split(/[,;、，；]/u)
  const tags = parts.map((part) => part.trim().replace(/\.$/, ''))
  const isTag = (tag: string) =>
    tag !== '' && tag.split(/\s+/).length <= TAG_WORDS && !/[.!?:。！？：[\]{}]/u.test(tag)
  return tags.every(isTag) ? tags : undefined
}

/**
 * Returns the parsers of a list of at most `most` tags: plain forms, each once. Exact is a JSON array of texts. The
 * tolerant parser then takes an array inside the reply (of texts, or of objects with `tag`), an object with `jsonKey`, the
 * items of a list, and a last line of tags between commas (all `repaired`); a part that is a sentence makes all unread.
 */
export function tagParsers(most: number, jsonKey: string): ReplyParsers<Tags> {
  const take = (
    found: readonly string[],
    status: 'ok' | 'repaired',
    rule: string,
  ): Parsed<Tags> => {
    const tags = [...new Set(found.map(plainTag))].filter((tag) => tag !== '')
    const isTooMuch = tags.length > most || tags.some((tag) => tag.length > LIMITS.word)
    return isTooMuch
      ? { value: null, status: 'reply_too_long', rule }
      : { value: tags, status, rule }
  }
  const exact = (reply: string): Parsed<Tags> => {
    const value = jsonIn(pythonStrip(reply))
    const isList = Array.isArray(value) && value.every((one) => typeof one === 'string')
    return isList ? take(value, 'ok', 'exact') : { value: null, status: 'unparsed', rule: 'none' }
  }
  return {
    exact,
    tolerant(reply) {
      const asked = exact(reply)
      if (asked.rule === 'exact') return asked
      const [from, to] = [reply.indexOf('['), reply.lastIndexOf(']')]
      const whole = listed(
        jsonIn(reply.slice(reply.indexOf('{'), reply.lastIndexOf('}') + 1)),
        jsonKey,
      )
      const array = whole ?? listed(jsonIn(reply.slice(from, to + 1)), jsonKey)
      if (array) return take(array, 'repaired', 'json')
      if (NONE.test(reply.trim())) return take([], 'repaired', 'none')
      if (isRefusal(reply)) return notFound(reply)
      const tags = written(reply)
      return tags ? take(tags, 'repaired', 'list') : notFound(reply)
    },
    structured(reply) {
      const tags = listed(jsonIn(reply), jsonKey)
      return tags ? take(tags, 'ok', 'schema') : notFound(reply)
    },
  }
}

/** Returns the parsers of a text: the whole reply, without blanks at its ends. A refusal is none. */
export function textParsers(jsonKey: string): ReplyParsers<string> {
  const take = (text: string, rule: string): Parsed<string> => {
    const value = text.trim()
    if (value === '') return { value: null, status: 'empty', rule }
    if (value.length > LIMITS.columnText) return { value: null, status: 'reply_too_long', rule }
    return isRefusal(value) ? notFound(value) : { value, status: 'ok', rule }
  }
  const whole = (reply: string) => take(reply, 'whole reply')
  return {
    exact: whole,
    tolerant: whole,
    structured(reply) {
      const found = jsonIn(reply) as Record<string, unknown> | null | undefined
      const text = found?.[jsonKey]
      return typeof text === 'string' ? take(text, 'schema') : notFound(reply)
    },
  }
}
