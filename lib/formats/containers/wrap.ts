import { ROLE_KEYS } from '../shared/chat-turn'
import { JsonScan } from './json-scan'

/** An object around the rows: the only array of objects in it, beside a few short properties. */
export interface Wrap {
  /** `rows` for an array of objects, `columns` for an object of plain arrays. */
  kind: 'rows' | 'columns'
  key: string
  /** Bytes up to and with the bracket of the array. */
  prefixBytes: number
}

// Chat rows are objects with one array each, so such a key never means "the rows are in here".
const CHAT_KEYS = new Set(['conversations', 'messages', 'conversation'])
// An object with one of these is a row itself, whatever arrays it carries.
const ROW_KEYS = new Set(
  'id instruction prompt input output response query question answer text system history tools chosen rejected'.split(
    ' ',
  ),
)
/** Properties beside the rows are a version, a date, a licence: more of them, or long ones, are a row. */
const MAX_SIBLINGS = 16
const MAX_SIBLING_BYTES = 2_000

const OPEN_OBJECT = 0x7b
const OPEN_ARRAY = 0x5b

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] as number) <= 0x20) at++
  return at
}

/** Returns the position after a string whose quote stands at `from`, -1 when it does not end here. */
function stringEnd(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === 0x5c) at++
    else if (bytes[at] === 0x22) return at + 1
  }
  return -1
}

/** Returns the position after a value, -1 when it does not end here. */
function valueEnd(bytes: Buffer, from: number): number {
  const first = bytes[from]
  if (first === 0x22) return stringEnd(bytes, from)
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
    return new JsonScan().run(bytes, from, bytes.length)
  }
  let at = from
  while (at < bytes.length && ![0x2c, 0x7d, 0x5d].includes(bytes[at] as number)) at++
  return at < bytes.length ? at : -1
}

function parsed(bytes: Buffer, from: number, to: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', from, to))
  } catch {
    return undefined
  }
}

/** True for a turn of a chat: the array around it is part of a row. */
function isTurn(bytes: Buffer, from: number): boolean {
  const end = valueEnd(bytes, from)
  const value = end < 0 ? undefined : parsed(bytes, from, end)
  if (typeof value !== 'object' || value === null) return false
  return ROLE_KEYS.some((key) => key in value)
}

/** Returns the object around the rows that a file seems to begin with, null when there is none. */
export function findWrap(head: Buffer): Wrap | null {
  let columns: Wrap | null = null
  let at = skipSpace(head, 0)
  if (head[at] !== OPEN_OBJECT) return null
  for (let member = 0; member <= MAX_SIBLINGS; member++) {
    at = skipSpace(head, at + 1)
    const keyEnd = head[at] === 0x22 ? stringEnd(head, at) : -1
    const key = keyEnd < 0 ? undefined : parsed(head, at, keyEnd)
    const colon = skipSpace(head, keyEnd)
    if (typeof key !== 'string' || head[colon] !== 0x3a || CHAT_KEYS.has(key)) break
    at = skipSpace(head, colon + 1)
    if (head[at] === OPEN_ARRAY) {
      const first = skipSpace(head, at + 1)
      const wrap = { key, prefixBytes: at + 1 }
      if (head[first] === OPEN_OBJECT) {
        return isTurn(head, first) || ROW_KEYS.has(key) ? null : { kind: 'rows', ...wrap }
      }
      // A column of plain values, unless rows follow.
      if (member === 0 && first < head.length) columns = { kind: 'columns', ...wrap }
    } else if (ROW_KEYS.has(key)) return null
    const end = valueEnd(head, at)
    const isLong = end < 0 || end - at > MAX_SIBLING_BYTES
    if (isLong) break
    at = skipSpace(head, end)
    if (head[at] !== 0x2c) break
  }
  return columns
}
