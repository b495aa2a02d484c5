import { AppError } from '@/lib/errors'

/** A part of a formula's text: from its first character to the one after its last. */
export interface Span {
  from: number
  to: number
}

/** Returns line and column, counted from 1, of a place in a text. */
export function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** What is wrong with a formula, and where: `problem` without the place, `message` with it. */
export class FormulaError extends AppError {
  readonly problem: string
  readonly span: Span

  constructor(text: string, span: Span, problem: string) {
    const { line, column } = lineAndColumn(text, span.from)
    super('invalid_input', `Line ${line}, column ${column}: ${problem}`, {
      details: { ...span, line, column },
    })
    this.problem = problem
    this.span = span
  }
}

/** Returns the line of a formula in which a place lies, with a caret below each of its characters. */
export function pointedAt(text: string, { from, to }: Span): string {
  const start = text.lastIndexOf('\n', from - 1) + 1
  const end = text.indexOf('\n', start)
  const line = text.slice(start, end === -1 ? undefined : end)
  const width = Math.max(1, Math.min(to, start + line.length) - from)
  return `${line}\n${' '.repeat(from - start)}${'^'.repeat(width)}`
}

// Words of the language, which are no names.
const RESERVED = /^(and|or|not|within|true|false)$/i
const PLAIN = /^[\p{L}_][\p{L}\p{M}\p{N}_]*(\.[\p{L}_][\p{L}\p{M}\p{N}_]*)?$/u

/** Returns a name of a column as a formula writes it: in backticks where it could be read as something else. */
export function inFormula(name: string): string {
  return PLAIN.test(name) && !RESERVED.test(name) ? name : `\`${name}\``
}

function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, k) => k)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (last[j - 1] as number) + Number(a[i - 1] !== b[j - 1])
      // Two letters in the wrong order are one slip.
      const isTurned = i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const turned = isTurned ? (before[j - 2] as number) + 1 : Infinity
      next.push(Math.min(swap, turned, (last[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    before = last
    last = next
  }
  return last[b.length] as number
}

// More names than these help nobody to choose.
const NAMED = 3
// A name that is longer is no slip of the pen, and comparing it with all others would take long.
const LONGEST = 80

/** Returns the question "Did you mean a or b?" for the known names that are near to a name; empty where none is. */
export function didYouMean(
  name: string,
  known: readonly string[],
  write = (one: string) => one,
): string {
  if (name.length > LONGEST) return ''
  const wanted = name.toLowerCase()
  const rated = known.map((one) => {
    const other = one.toLowerCase()
    const parts = other.split(/[._]/)
    const near = Math.min(...[other, ...parts].map((part) => distance(wanted, part)))
    return { one, near: other.startsWith(wanted) ? Math.min(near, 1) : near }
  })
  const close = rated
    .filter(({ near }) => near <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.near - b.near)
  const names = [...new Set(close.map(({ one }) => one))].slice(0, NAMED)
  return names.length === 0 ? '' : ` Did you mean ${names.map(write).join(' or ')}?`
}
