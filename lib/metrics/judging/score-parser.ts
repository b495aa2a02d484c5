import type { ReplyParsers } from './label-parser'
import { numberParsers, parseNumberExact } from './number-parser'

/**
 * Parsers of the difficulty score (metric reference, section 3.2). `exact` is the parse of the reference script, Python's
 * float with no range check, except that NaN and infinities, which the script would average, are `nonfinite`;
 * `structured` reads {"score": number}.
 */
export const scoreParsers: ReplyParsers = {
  ...numberParsers({ min: 0, max: 100, integer: false, jsonKey: 'score' }),
  exact: parseNumberExact,
}
