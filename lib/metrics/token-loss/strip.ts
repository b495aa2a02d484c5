import { errorCode } from '@/lib/errors'
import type { MetricTools } from '../types'
import { decodeIds, encodeIds } from './id-codec'

/** The two passes of a row as ids, and where their spans lie. */
export interface StripIds {
  joint: Int32Array
  /** [from, to) of x in `joint`, joining newline included; of length 0 when x has no place of its own. */
  x: readonly [number, number]
  /** Tokens of the joining newline at the end of x. */
  newline: number
  /** First token of y in `joint`. */
  yFrom: number
  /** null when the row has no response. */
  alone: Int32Array | null
  /** First token of y in `alone`. */
  aloneFrom: number
}

/**
 * What a run keeps of a row's tokens so that a heat strip can be drawn: ids and texts. The losses themselves lie in the
 * request cache, as float32, under these very ids.
 */
export interface StoredStrip {
  head: string
  y: string
  x: [number, number]
  newline: number
  /** null when the row has no response. */
  aloneHead: string | null
  /** Only where y has other ids alone. */
  aloneY?: string
  /** Texts of head, y and aloneY one after the other, with their lengths; absent when the backend tells none. */
  text?: string
  lengths?: string
}

/** A stored strip as arrays; texts is null when the backend told none. */
export interface ReadStrip extends StripIds {
  jointTexts: string[] | null
  /** Texts of y's tokens in `alone`. */
  aloneTexts: string[] | null
}

// Far above any vocabulary; a backend that makes up ids must not fill the memory.
const MOST_TEXTS = 300_000
const known = new WeakMap<MetricTools, Map<number, string>>()

type Texts = Map<number, string>

/** Learns the texts of ids that were not seen before. Returns null when the backend tells no texts. */
async function learnTexts(rows: readonly StripIds[], tools: MetricTools): Promise<Texts | null> {
  if (!tools.tokenTexts) return null
  let texts = known.get(tools)
  if (!texts || texts.size > MOST_TEXTS) {
    texts = new Map()
    known.set(tools, texts)
  }
  const fresh = new Set<number>()
  for (const { joint, alone } of rows) {
    for (const id of joint) if (!texts.has(id)) fresh.add(id)
    // Nearly always the tokens of y in the joint text.
    if (alone) for (const id of alone) if (!texts.has(id)) fresh.add(id)
  }
  if (fresh.size === 0) return texts
  const asked = Int32Array.from(fresh)
  try {
    const found = await tools.tokenTexts(asked)
    for (let i = 0; i < asked.length; i += 1) texts.set(asked[i] as number, found[i] ?? '\ufffd')
    return texts
  } catch (error) {
    if (errorCode(error) === 'cancelled') throw error
    // Losses do not depend on how tokens are shown.
    return null
  }
}

/** Returns the texts of ids in a row, with the length of each. */
function textOf(lists: readonly Int32Array[], texts: Texts): { text: string; lengths: string } {
  let text = ''
  const lengths: number[] = []
  for (const ids of lists) {
    for (const id of ids) {
      const piece = texts.get(id) ?? ''
      text += piece
      lengths.push(piece.length)
    }
  }
  return { text, lengths: encodeIds(lengths) }
}

function same(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false
  return true
}

/** Returns what is kept of each row's tokens, in order; texts are asked for once a batch and only for new ids. */
export async function storedStrips(
  rows: readonly StripIds[],
  tools: MetricTools,
): Promise<StoredStrip[]> {
  const texts = await learnTexts(rows, tools)
  return rows.map(({ joint, x, newline, yFrom, alone, aloneFrom }) => {
    const y = joint.subarray(yFrom)
    const aloneY = alone?.subarray(aloneFrom) ?? null
    const other = aloneY && !same(y, aloneY) ? aloneY : null
    return {
      head: encodeIds(joint.subarray(0, yFrom)),
      y: encodeIds(y),
      x: [x[0], x[1]],
      newline,
      aloneHead: alone && encodeIds(alone.subarray(0, aloneFrom)),
      ...(other ? { aloneY: encodeIds(other) } : {}),
      ...(texts ? textOf(other ? [joint, other] : [joint], texts) : {}),
    }
  })
}

function piecesOf({ text, lengths }: StoredStrip): string[] | null {
  if (text === undefined || lengths === undefined) return null
  let at = 0
  return Array.from(decodeIds(lengths), (length) => text.slice(at, (at += length)))
}

/** Returns the passes that a stored strip stands for, or null when it is not one. */
export function readStrip(value: unknown): ReadStrip | null {
  const stored = value as Partial<StoredStrip> | null | undefined
  if (typeof stored?.head !== 'string' || typeof stored.y !== 'string' || !stored.x) return null
  const strip = stored as StoredStrip
  const head = decodeIds(strip.head)
  const y = decodeIds(strip.y)
  const aloneY = strip.aloneY === undefined ? y : decodeIds(strip.aloneY)
  const aloneHead = strip.aloneHead === null ? null : decodeIds(strip.aloneHead)
  const pieces = piecesOf(strip)
  const total = head.length + y.length
  return {
    joint: Int32Array.from([...head, ...y]),
    x: strip.x,
    newline: strip.newline,
    yFrom: head.length,
    alone: aloneHead && Int32Array.from([...aloneHead, ...aloneY]),
    aloneFrom: aloneHead?.length ?? 0,
    jointTexts: pieces?.slice(0, total) ?? null,
    aloneTexts:
      pieces && (strip.aloneY === undefined ? pieces.slice(head.length) : pieces.slice(total)),
  }
}
