import type { StatusName } from '@/lib/contracts/status'
import type { OutputSpec } from '../types'

/** The two passes of a row in a mode that cuts its texts. */
export interface CutPasses {
  /** Tokens of x and y together, cut at `maxTokens`. */
  joint: Int32Array
  /** First token of y in `joint`: as many as the text before y has alone. */
  jointFrom: number
  /** Tokens of y alone or after a header, cut at `maxTokens` - counted + `spare`. */
  direct: Int32Array
  /** First token of y in `direct`. */
  directFrom: number
  /** Tokens that were cut off both. */
  cut: number
}

/** How a mode cuts. */
export interface CutRule {
  maxTokens: number
  /** Tokens that the second pass gets more, for what stands in front of y there. */
  spare: number
  /** Whether rows are left out whose counted text and scored tokens of the second pass exceed `maxTokens`. */
  skips: boolean
}

/** Tokens of the texts of one row, special tokens included. */
export interface CutTokens {
  joined: Int32Array
  /** Tokens of the text before y. */
  before: number
  headed: Int32Array
  /** Tokens of the header alone. */
  header: number
  /** Tokens of the text that the truncation rules count. */
  counted: number
}

/** Returns the passes of a row, or why the mode leaves the row out. */
export function cutPasses(tokens: CutTokens, rule: CutRule): CutPasses | StatusName {
  const { maxTokens, spare, skips } = rule
  const { joined, before, headed, header, counted } = tokens
  const joint = joined.subarray(0, maxTokens)
  const direct = headed.subarray(0, Math.max(0, maxTokens - counted + spare))
  const scored = direct.length - header
  const cut = joined.length - joint.length + (headed.length - direct.length)
  if (joint.length <= before || scored <= 0) return cut > 0 ? 'too_long' : 'one_token_response'
  if (skips && counted + scored > maxTokens) return 'too_long'
  return { joint, jointFrom: before, direct, directFrom: header, cut }
}

function part(key: string, label: string, unit: string, description: string): OutputSpec {
  return {
    key,
    label,
    shape: 'scalar',
    dtype: 'f64',
    unit,
    direction: 'none',
    directionMeans: 'A part of a loss; read the ratio made from it.',
    description,
    hidden: true,
  }
}

/** Sums and counts of both passes. */
export const CUT_OUTPUTS: readonly OutputSpec[] = [
  part(
    'cySum',
    'y given x',
    'nat',
    'Sum of nll of the response after the instruction, as the mode writes it.',
  ),
  part('cyN', 'y given x, count', 'tokens', 'Number of tokens in cySum.'),
  part(
    'dySum',
    'y alone',
    'nat',
    'Sum of nll of the response alone, after the header of the mode if it has one.',
  ),
  part('dyN', 'y alone, count', 'tokens', 'Number of tokens in dySum.'),
  {
    ...part('cut', 'tokens cut', 'tokens', 'Tokens that the mode cut off both passes.'),
    directionMeans: 'More of the response was left out.',
    hidden: false,
  },
]
