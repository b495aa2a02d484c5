import { SEED_CONSTRAINTS } from './seeds'

// A dash, a dot or a number; a mark without a blank behind it may belong to the text.
const MARK = /^(?:[-–—•・*+]\s+|-(?=\S)|[(（]?\d{1,3}[.):、．）](?=\D)\s*)+/u
// A rule of dashes is no entry.
const LETTER = /[\p{L}\p{N}]/u
const FENCE = /^(?:```|~~~)/

/** Constraints of one reply, and lines that are none. */
export interface ConstraintLines {
  lines: string[]
  /** Lines around the list, such as a greeting. */
  besides: string[]
  /** Whether the lines have the mark of a list. */
  isList: boolean
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/u).map((line) => line.trim())
}

function textOf(line: string): string {
  return line.trim().replace(MARK, '').trim()
}

/**
 * Returns the constraints of a reply: its lines without the mark of the list and blanks. Where some lines have a mark, the
 * others are not of the list; where none has, all count. Empty lines are left out.
 */
export function constraintLines(text: string): ConstraintLines {
  const filled = linesOf(text).filter((line) => line !== '' && !FENCE.test(line))
  const isMarked = (line: string) => MARK.test(line) && LETTER.test(textOf(line))
  const isList = filled.some(isMarked)
  return {
    lines: filled
      .filter((line) => !isList || isMarked(line))
      .map(textOf)
      .filter((line) => line !== ''),
    besides: isList ? filled.filter((line) => !isMarked(line)) : [],
    isList,
  }
}

/** Returns the constraints that a plan begins with: each line of its own that is not empty, or those of the program. */
export function seedConstraints(own: string | null): readonly string[] {
  if (own === null) return SEED_CONSTRAINTS
  return [...new Set(linesOf(own).map(textOf))].filter((line) => line !== '')
}
