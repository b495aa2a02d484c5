import { AppError } from '@/lib/errors'
import type { StripIds } from './strip'

/** Default tokenisation (own special tokens included) of the texts of one row; x, y as in the metric reference. */
export interface RowTokens {
  /** tok(x) */
  x: Int32Array
  /** tok(x + "\n") */
  xn: Int32Array
  /** tok(y); empty when the row has no response. */
  y: Int32Array
  /** tok(x + "\n" + y); tok(x + "\n") when the row has no response. */
  joined: Int32Array
}

/**
 * The id sequences to score for one row, and where its spans lie. `strict` puts an anchor or nothing in front of both
 * passes, the chat variant the template's own tokens.
 */
export interface LossPasses {
  /** [anchor] + enc(x + "\n") + enc(y), or the templated x + enc(y). */
  joint: Int32Array
  /** [anchor] + enc(y), or the reply's header + enc(y); null when the row has no response. */
  alone: Int32Array | null
  /** tok(x + "\n" + y); equal to `joint` when `joinSame`; null when the reference spans do not apply. */
  text: Int32Array | null
  /** First token of x in `joint`; 0 = it has nothing before it and no score. */
  xFrom: number
  /** First token of y in `joint`. */
  yFrom: number
  /** First token of y in `alone`; 0 = it has nothing before it and no score. */
  aloneFrom: number
  joinSame: boolean
  prefixStable: boolean
  /** Where the reference cut puts the joining newline; null when the ids do not tell. */
  newlineIn: 'x' | 'y' | null
  /** Tokens of x, joining newline included. */
  nX: number
  /** Tokens of the joining newline at the end of them, 0 when it merged with x. */
  nNewline: number
  /** Tokens of enc(y). */
  nY: number
  /** Cut of the reference mode in `text`: len(tok(x)). */
  cut: number
  /** Cut of superfiltering in `text`: len(tok(x + "\n")). */
  cutNewline: number
}

/** Returns x: the instruction, then a newline and the input when it is not empty (blanks count). */
export function instructionText(row: { instruction: string; input: string | null }): string {
  return row.input === null || row.input === ''
    ? row.instruction
    : `${row.instruction}\n${row.input}`
}

function startsWith(ids: Int32Array, prefix: Int32Array): boolean {
  return prefix.length <= ids.length && prefix.every((id, i) => ids[i] === id)
}

function same(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && startsWith(a, b)
}

function withAnchor(anchorId: number | null, ...parts: Int32Array[]): Int32Array {
  let at = anchorId === null ? 0 : 1
  const ids = new Int32Array(parts.reduce((length, part) => length + part.length, at))
  if (anchorId !== null) ids[0] = anchorId
  for (const part of parts) {
    ids.set(part, at)
    at += part.length
  }
  return ids
}

/** Returns the ids without the BOS that the tokenizer adds by itself. Throws `data_error` when it is not there. */
export function withoutBos(ids: Int32Array, bosId: number | null): Int32Array {
  if (bosId === null || ids.length === 0) return ids
  if (ids[0] !== bosId) {
    throw new AppError(
      'data_error',
      `The tokenizer did not start the text with its BOS id ${bosId}.`,
    )
  }
  return ids.subarray(1)
}

function findNewline(tokens: RowTokens, prefixStable: boolean): 'x' | 'y' | null {
  const cut = tokens.x.length
  // The newline is the last token of tok(x + "\n") wherever that is a prefix of the joined text.
  if (startsWith(tokens.joined, tokens.xn)) return tokens.xn.length - 1 < cut ? 'x' : 'y'
  // It merged with the start of y: past an intact x it is y's; else the ids alone do not tell.
  return prefixStable ? 'y' : null
}

/**
 * Returns the sequences and spans of one row (metric reference, sections 1.1 to 1.4). `bosId` is what the tokenizer adds
 * by itself, `anchorId` what the anchor policy puts in front; where they differ the reference spans do not apply.
 */
export function planPasses(
  tokens: RowTokens,
  bosId: number | null,
  anchorId: number | null,
  hasResponse: boolean,
): LossPasses {
  const encX = withoutBos(tokens.x, bosId)
  const encXn = withoutBos(tokens.xn, bosId)
  const encY = withoutBos(tokens.y, bosId)
  const joint = withAnchor(anchorId, encXn, encY)
  const joinSame = same(joint, tokens.joined)
  const prefixStable = startsWith(tokens.joined, tokens.x)
  const anchor = anchorId === null ? 0 : 1
  return {
    joint,
    alone: hasResponse ? withAnchor(anchorId, encY) : null,
    text: anchorId === bosId ? (joinSame ? joint : tokens.joined) : null,
    xFrom: anchor,
    yFrom: anchor + encXn.length,
    aloneFrom: anchor,
    joinSame,
    prefixStable,
    newlineIn: findNewline(tokens, prefixStable),
    nX: encXn.length,
    nNewline: startsWith(encXn, encX) ? encXn.length - encX.length : 0,
    nY: encY.length,
    cut: tokens.x.length,
    cutNewline: tokens.xn.length,
  }
}

/** Returns where the tokens of a row are shown from. */
export function stripOf(passes: LossPasses): StripIds {
  const { joint, alone, xFrom, yFrom, aloneFrom, nX, nNewline } = passes
  return { joint, alone, x: [xFrom, xFrom + nX], newline: nNewline, yFrom, aloneFrom }
}
