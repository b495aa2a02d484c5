import { labelParsers } from './label-parser'

/** The five labels in order; the stored ordinal is the position plus one. */
export const LEVELS = ['very easy', 'easy', 'medium', 'hard', 'very hard'] as const

/**
 * Parsers of the difficulty level (metric reference, section 3.1). `exact` is the parse of the reference script: white
 * space stripped, then equality with one lower-case label; `structured` reads {"difficulty": label}.
 */
export const levelParsers = labelParsers(LEVELS, 'difficulty')
