import { judgeScore } from '@/lib/prompts/judge-score'
import { difficultyMetric } from './judging/difficulty'
import { replySchema } from './judging/judge'
import type { ReplyParsers } from './judging/label-parser'
import { numberParsers, parseNumberExact } from './judging/number-parser'

/**
 * Parsers of the difficulty score (metric reference, section 3.2). `exact` is the parse of the reference script, Python's
 * float with no range check, except that NaN and infinities, which the script would average, are `nonfinite`;
 * `structured` reads {"score": number}.
 *
 * @internal
 */
export const scoreParsers: ReplyParsers = {
  ...numberParsers({ min: 0, max: 100, integer: false, jsonKey: 'score' }),
  exact: parseNumberExact,
}

/** Difficulty and complexity of an instruction from 0 to 100, rated by a judge model. */
export const difficultyScore = difficultyMetric({
  id: 'difficulty_score',
  label: 'Difficulty score',
  description: 'A judge model rates difficulty and complexity of the instruction from 0 to 100.',
  formula: 'score in 0..100, read from a greedy reply',
  source: 'arXiv 2412.11231, complexity-score script; own wording of the prompt',
  prompt: judgeScore,
  schema: replySchema('score', { type: 'integer', minimum: 0, maximum: 100 }),
  parsers: scoreParsers,
  output: {
    key: 'score',
    shape: 'scalar',
    range: [0, 100],
    description: 'Rated difficulty and complexity, 0 to 100.',
  },
  replies: [
    ['85', 85],
    ['85/100', 85],
    ['Score: 40', 40],
    ['20 or 30', 'ambiguous'],
    ['nan', 'nonfinite'],
    ['101', 'out_of_range'],
    ['hard', 'unparsed'],
  ],
})
