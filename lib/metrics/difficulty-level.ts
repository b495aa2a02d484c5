import { judgeLevel } from '@/lib/prompts/judge-level'
import { difficultyMetric } from './judging/difficulty'
import { replySchema } from './judging/judge'
import { labelParsers } from './judging/label-parser'

const LEVELS = ['very easy', 'easy', 'medium', 'hard', 'very hard'] as const

/**
 * Parsers of the difficulty level (metric reference, section 3.1). `exact` is the parse of the reference script: white
 * space stripped, then equality with one lower-case label; `structured` reads {"difficulty": label}.
 *
 * @internal
 */
export const levelParsers = labelParsers(LEVELS, 'difficulty')

/** Difficulty of an instruction on five levels, rated by a judge model. */
export const difficultyLevel = difficultyMetric({
  id: 'difficulty_level',
  label: 'Difficulty level',
  description: 'A judge model rates the instruction from very easy to very hard.',
  formula:
    'level in {1 very easy, 2 easy, 3 medium, 4 hard, 5 very hard}, read from a greedy reply',
  source: 'arXiv 2412.11231, difficulty-level script; own wording of the prompt',
  prompt: judgeLevel,
  schema: replySchema('difficulty', { type: 'string', enum: [...LEVELS] }),
  parsers: levelParsers,
  output: {
    key: 'level',
    shape: 'enum',
    levels: LEVELS,
    range: [1, 5],
    description: 'Ordinal of the rated level, 1 very easy to 5 very hard.',
  },
  replies: [
    ['hard', 4],
    ['Hard.', 4],
    ['easy or hard', 'ambiguous'],
    ['banana', 'unparsed'],
    ['', 'empty'],
    ['Rating: very easy', 1],
  ],
})
