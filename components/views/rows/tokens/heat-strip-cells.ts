import { DASH, formatMetric } from '@/lib/contracts/format'
import type { TokenPass, TokenStrip } from '@/lib/contracts/token-strip'
import { visibleToken } from './token-text'

/** What the strip colours. */
export type StripView = 'given' | 'alone' | 'difference' | 'instruction'

/** One token as it is drawn. */
export interface StripCell {
  /** Text as it is; null when the backend told none. */
  text: string | null
  id: number
  /** Loss in nats after the instruction, and alone; null where the token has none. */
  given: number | null
  alone: number | null
  /** What the view colours; null where there is nothing to colour. */
  value: number | null
}

// Where the scales end: e^-8 is one in three thousand, rarer than nearly any token of a fluent text.
const MOST_NATS = 8
const MOST_DIFFERENCE = 4

/** Largest value of a view's scale, in nats. */
export function scaleEnd(view: StripView): number {
  return view === 'difference' ? MOST_DIFFERENCE : MOST_NATS
}

/** Returns the views that a strip has, in the order of their buttons. */
export function viewsOf(strip: TokenStrip): StripView[] {
  const views: StripView[] = []
  if (strip.alone) {
    views.push('given', 'alone')
    if (strip.sameTokens) views.push('difference')
  }
  if (strip.x[1] > strip.x[0]) views.push('instruction')
  return views
}

function at(pass: TokenPass, i: number): { text: string | null; id: number; loss: number | null } {
  return {
    text: pass.texts?.[i] ?? null,
    id: pass.ids[i] ?? 0,
    loss: pass.losses?.[i] ?? null,
  }
}

function subtract(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b
}

/** Returns the tokens of a view in order. */
export function cellsOf(strip: TokenStrip, view: StripView): StripCell[] {
  const { joint, alone, x, yFrom, sameTokens } = strip
  if (view === 'alone' && alone) {
    return alone.ids.map((_, i) => {
      const { text, id, loss } = at(alone, i)
      const given = sameTokens ? at(joint, yFrom + i).loss : null
      return { text, id, given, alone: loss, value: loss }
    })
  }
  const [from, to] = view === 'instruction' ? x : [yFrom, joint.ids.length]
  return joint.ids.slice(from, to).map((_, i) => {
    const { text, id, loss } = at(joint, from + i)
    const other = view !== 'instruction' && alone && sameTokens ? at(alone, i).loss : null
    const value = view === 'difference' ? subtract(loss, other) : loss
    return { text, id, given: loss, alone: other, value }
  })
}

/** Returns how far a value lies on its scale: 0 to 1, or -1 to 1 for differences; beyond the end counts as the end. */
export function heatOf(value: number, view: StripView): number {
  return Math.max(-1, Math.min(1, value / scaleEnd(view)))
}

/** Returns a loss with its probability, as read aloud and in the tooltip. */
function lossText(loss: number | null): string {
  return loss === null
    ? 'no loss'
    : `${formatMetric(loss)} nats, probability ${formatMetric(Math.exp(-loss))}`
}

/** Returns a number with its sign, or a dash. */
export function signed(value: number | null): string {
  return value !== null && value > 0 ? `+${formatMetric(value)}` : formatMetric(value)
}

/** Returns how a token is named: its text made visible, or its id where no text is known. */
export function nameOf({ text, id }: StripCell): string {
  return text === null ? `#${id}` : visibleToken(text)
}

/** Returns the words for one token: what it is, and its loss in each pass. */
export function describeCell(cell: StripCell, view: StripView): string {
  const parts = [nameOf(cell)]
  if (view === 'instruction') parts.push(lossText(cell.given))
  else {
    if (view !== 'alone' || cell.given !== null)
      parts.push(`given the instruction: ${lossText(cell.given)}`)
    if (view === 'alone' || cell.alone !== null) parts.push(`alone: ${lossText(cell.alone)}`)
    const difference = subtract(cell.given, cell.alone)
    if (difference !== null) parts.push(`difference ${signed(difference)}`)
  }
  return parts.join('; ')
}

/**
 * Returns the tokens that a mean is taken over. After the instruction these are the ones with a loss in both passes
 * where there are such: the strict mode leaves out a first token that has none alone.
 */
function averaged(cells: readonly StripCell[], view: StripView): StripCell[] {
  const scored = cells.filter((cell) => cell.value !== null)
  const inBoth = scored.filter((cell) => cell.alone !== null)
  return view === 'given' && inBoth.length > 0 ? inBoth : scored
}

/** Returns the strip in a sentence: how many tokens, their mean, and the extremes. */
export function summarise(cells: readonly StripCell[], view: StripView): string {
  const tokens = `${cells.length} token${cells.length === 1 ? '' : 's'}`
  const some = averaged(cells, view)
  const first = some[0]
  if (!first) return `${tokens}, none with a loss.`
  const isDifference = view === 'difference'
  const number = isDifference ? signed : formatMetric
  const why = view === 'instruction' ? '' : ', which both passes score'
  const valueOf = (cell: StripCell) => cell.value ?? 0
  const mean = some.reduce((total, cell) => total + valueOf(cell), 0) / some.length
  const highest = some.reduce((a, b) => (valueOf(b) > valueOf(a) ? b : a), first)
  const lowest = some.reduce((a, b) => (valueOf(b) < valueOf(a) ? b : a), first)
  return [
    `${tokens}, mean ${isDifference ? 'difference' : 'loss'} ${number(mean)} nats`,
    some.length < cells.length ? ` over ${some.length} of them${why}` : '',
    `; highest ${nameOf(highest)} ${number(highest.value)}`,
    isDifference ? `, lowest ${nameOf(lowest)} ${number(lowest.value)}` : '',
    '.',
  ].join('')
}

/** Returns the loss as shown in a table. */
export function lossCell(loss: number | null): string {
  return loss === null ? DASH : formatMetric(loss)
}
