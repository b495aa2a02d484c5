import type { Random } from '@/lib/stats/random'
import type { Subject } from './subjects'

/** Pieces that readers have stumbled over, of every format. */
const PIECES = [
  ...'"\'\\{}[],:;\t\n\r\0|&*!#-',
  '\r\n',
  '""',
  '\ufeff',
  '\u2028',
  '🙂',
  '\\ud800',
  '\\u0000',
  '1e999',
  '-0',
  'NaN',
  '-Infinity',
  '9007199254740993',
  '0.1234567890123456789',
  '"__proto__":{"a":1},',
  '"instruction":"again",',
  'null',
  '[]',
  '{}',
  'sep=;\n',
  '../',
  '&a [*a, *a]',
  '<<: *a\n',
  '!!js/function x',
  '['.repeat(200),
  '{"a":'.repeat(100),
  ' '.repeat(5_000),
].map((piece) => Buffer.from(piece))
/** Bytes that are no UTF-8, other encodings' marks, and lengths as binary formats write them. */
const BYTES = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xff, 0xfe],
  [0, 0, 0, 0],
  [255, 255, 255, 127],
  [1, 0, 0, 0x80],
].map((bytes) => Buffer.from(bytes))
/** Values that stand where another one was, so that the form stays right and the content does not. */
const VALUES =
  String.raw`null true "" "x" 0 -0 -1 1e999 1e-7 1.0 0.10000000000000001 9007199254740993 NaN -Infinity [] {} [[1]] {"a":{"b":null}} "\ud83d" "\u0000" "\u202e" "__proto__" "NA" "<b>"`.split(
    ' ',
  )
/** A value of JSON, or a cell. */
const VALUE = /"(?:[^"\\\n]|\\.)*"|-?\d[\d.e+-]*|\b(?:null|true|false)\b/g
/** Changes of one file: most errors need one, some need a few that meet. */
const MOST_CHANGES = 4
/** Bytes from the end where Parquet and zip keep their directories. */
const TAIL_BYTES = 600
/** A repeated piece makes a file larger, never large: the run is about form, not size. */
const MOST_COPIES = 20

/** One change of some bytes. */
type Change = (bytes: Buffer, random: Random) => Buffer

function placeIn({ length }: Buffer, random: Random): number {
  const isTail = random.below(3) === 0
  const from = isTail ? Math.max(0, length - TAIL_BYTES) : 0
  return from + random.below(Math.max(1, length - from))
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[random.below(from.length)] as T
}

function replaced(bytes: Buffer, at: number, length: number, piece: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + length)])
}

function span(bytes: Buffer, random: Random): [number, number] {
  const at = placeIn(bytes, random)
  const long = random.below(4) === 0 ? bytes.length : 24
  return [at, Math.min(bytes.length - at, 1 + random.below(Math.max(1, long)))]
}

const CHANGES: readonly Change[] = [
  function flipBit(bytes, random) {
    const out = Buffer.from(bytes)
    const at = placeIn(out, random)
    if (out.length > 0) out[at] = (out[at] as number) ^ (1 << random.below(8))
    return out
  },
  function setByte(bytes, random) {
    const out = Buffer.from(bytes)
    if (out.length > 0) out[placeIn(out, random)] = random.below(256)
    return out
  },
  (bytes, random) => replaced(bytes, placeIn(bytes, random), 0, pick(PIECES, random)),
  (bytes, random) => {
    const piece = pick(PIECES, random)
    return replaced(bytes, placeIn(bytes, random), piece.length, piece)
  },
  (bytes, random) => {
    const piece = pick(BYTES, random)
    return replaced(bytes, placeIn(bytes, random), random.below(2) * piece.length, piece)
  },
  (bytes, random) => replaced(bytes, ...span(bytes, random), Buffer.alloc(0)),
  (bytes, random) => bytes.subarray(0, placeIn(bytes, random)),
  (bytes, random) => {
    const [at, length] = span(bytes, random)
    const part = bytes.subarray(at, at + length)
    const copies = Array.from({ length: 1 + random.below(MOST_COPIES) }, () => part)
    return replaced(bytes, placeIn(bytes, random), 0, Buffer.concat(copies))
  },
  (bytes, random) => {
    const [at, length] = span(bytes, random)
    const part = bytes.subarray(at, at + length)
    return replaced(bytes, placeIn(bytes, random), length, part)
  },
]

/** Puts another value in the place of one; bytes are letters here, so that nothing is decoded. */
function otherValue(bytes: Buffer, random: Random): Buffer {
  const found = [...bytes.toString('latin1').matchAll(VALUE)]
  if (found.length === 0) return bytes
  const { 0: old, index } = pick(found, random)
  const other = random.below(2) === 0 ? pick(found, random)[0] : null
  const value = other === null ? Buffer.from(pick(VALUES, random)) : Buffer.from(other, 'latin1')
  return replaced(bytes, index, old.length, value)
}

/** Returns a file made of a sound one by one to four changes, inside or outside of its packing. */
export function mutated({ content, pack }: Subject, random: Random): Buffer {
  const isInside = random.below(2) === 0
  let bytes = pack && !isInside ? pack(content) : content
  const changes = random.below(2) === 0 ? 1 : 1 + random.below(MOST_CHANGES)
  for (let i = 0; i < changes; i++) {
    const change = random.below(3) === 0 ? otherValue : pick(CHANGES, random)
    bytes = change(bytes, random)
  }
  return pack && isInside ? pack(bytes) : bytes
}
