import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import type { Encoding } from '@/lib/contracts/opening'
import type { FormatError } from '../format-error'
import type { Source } from '../types'
import { decoderOf } from './encoding'

/** Enough text for a judgement. */
const SAMPLE_BYTES = 1 << 20
/** Read before the first byte that is not UTF-8, so that the sample begins with whole characters. */
const LEAD_BYTES = 4_096
/** Share of the sample that must look like the encoding: a few stray bytes do not decide. */
const CLEAR_SHARE = 0.9
/** Longer Chinese texts without one of the commonest characters are Japanese or Korean in an encoding of the same bytes. */
const SHORT_CHARACTERS = 20
const COMMON = /[的一是不了在有人这中大为上个国我以要他来用]/
/** Letters and typographic signs that Western European text has beyond ASCII. */
const WESTERN = /^[\p{Script=Latin}€‚„…‘’“”•–—™©®°±²³µ·«»¡¿§£¥ªº×÷½¼¾´¨\u00a0]$/u

/** Maximal runs of bytes beyond ASCII. */
function highRuns(bytes: Buffer): Buffer[] {
  const runs: Buffer[] = []
  let start = -1
  for (let at = 0; at <= bytes.length; at++) {
    const isHigh = at < bytes.length && (bytes[at] as number) >= 0x80
    if (isHigh && start < 0) start = at
    else if (!isHigh && start >= 0) {
      runs.push(bytes.subarray(start, at))
      start = -1
    }
  }
  return runs
}

function decoded(encoding: Encoding, bytes: Buffer): string | null {
  try {
    return decoderOf(encoding)(bytes)
  } catch {
    return null
  }
}

/** Chinese text is pairs of high bytes; single ones between ASCII letters are accents. */
function looksChinese(runs: readonly Buffer[]): boolean {
  const isPairs = (run: Buffer) => run.length % 2 === 0 && run.every((byte) => byte >= 0xa1)
  const size = (some: readonly Buffer[]) => some.reduce((sum, run) => sum + run.length, 0)
  const pairs = runs.filter(isPairs)
  if (size(pairs) < 4 || size(pairs) < CLEAR_SHARE * size(runs)) return false
  const text = decoded('gb18030', Buffer.concat(pairs))
  if (text === null) return false
  const characters = text.match(/\p{Script=Han}/gu)?.length ?? 0
  return characters > 0 && (characters <= SHORT_CHARACTERS || COMMON.test(text))
}

function looksWestern(runs: readonly Buffer[]): boolean {
  const singles = runs.filter((run) => run.length <= 2)
  if (singles.length < CLEAR_SHARE * runs.length) return false
  const text = decoded('windows-1252', Buffer.concat([...runs]))
  return text !== null && [...text].every((char) => WESTERN.test(char))
}

/**
 * Returns the encoding that a file which is not UTF-8 seems to have, or null where that is doubtful. Only ever a
 * suggestion: `position` is that of the first byte that did not fit.
 */
export async function suggestEncoding(
  source: Source & { path: string },
  position: number,
): Promise<Encoding | null> {
  const file = await open(source.path, 'r')
  try {
    const from = Math.max(0, position - LEAD_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, from)
    const sample = buffer.subarray(0, bytesRead)
    const isPacked = from === 0 && sample[0] === 0x1f && sample[1] === 0x8b
    if (isPacked || bytesRead === 0) return null
    return encodingOf(sample)
  } finally {
    await file.close()
  }
}

function encodingOf(sample: Buffer): Encoding | null {
  // Zero bytes on one side of every pair: UTF-16 of mostly ASCII text.
  const zeros = [0, 0]
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) zeros[at % 2]!++
  const [even = 0, odd = 0] = zeros
  if (even + odd > sample.length / 4) {
    if (odd > 0 && even < odd / 20) return 'utf-16le'
    return even > 0 && odd < even / 20 ? 'utf-16be' : null
  }
  const runs = highRuns(sample)
  if (runs.length === 0 || even + odd > 0 || isUtf8(Buffer.concat(runs))) return null
  if (looksChinese(runs)) return 'gb18030'
  return looksWestern(runs) ? 'windows-1252' : null
}

/** Reasons of errors that another encoding may mend. */
const ENCODING_REASONS = new Set(['invalid_utf8', 'undeclared_encoding', 'invalid_encoding'])

/** Returns whether an error is about the encoding of the text. */
export function isEncodingError(error: FormatError): boolean {
  return ENCODING_REASONS.has(error.reason)
}
