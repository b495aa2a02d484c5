import {
  FIGURE_QUESTIONS,
  unchosenColumn,
  type FigureListItem,
  type FigureQuestion,
} from '@/lib/contracts/figure'
import type { OptionValue } from '@/components/figures/frame/options-form'

/** Options that differ from their defaults, by figure. */
export type FigureOptions = Record<string, Record<string, OptionValue>>

/** Widths of a figure: one column, two, or all. */
export const SIZES = { one: 'One column', two: 'Two columns', full: 'Full width' } as const
export type Size = keyof typeof SIZES

/** A figure that is shown: its place is that of the list. */
export interface Placed {
  id: string
  /** null = as wide as its panels need. */
  size: Size | null
  /** Stands before all questions. */
  isPinned: boolean
}

const PIN = '*'
const PART = /^(\*?)([a-z0-9-]+)(?:\.(one|two|full))?$/

/** Reads the shown figures of an address; what cannot be read and repeated names are left out. */
export function parseLayout(text: string): Placed[] {
  const placed = new Map<string, Placed>()
  for (const part of text.split(',')) {
    const [, pin, id, size] = PART.exec(part) ?? []
    if (id && !placed.has(id))
      placed.set(id, { id, size: (size as Size | undefined) ?? null, isPinned: pin === PIN })
  }
  return [...placed.values()]
}

/** Returns the shown figures as they stand in the address: `*mnd-density.full,ifd-density`. */
export function layoutText(layout: readonly Placed[]): string {
  return layout
    .map(({ id, size, isPinned }) => `${isPinned ? PIN : ''}${id}${size ? `.${size}` : ''}`)
    .join(',')
}

const QUESTIONS = Object.keys(FIGURE_QUESTIONS) as FigureQuestion[]

/** Returns what is shown of a study at first: the first figure of each question that needs neither values nor a choice. */
export function firstLayout(figures: readonly FigureListItem[]): Placed[] {
  return QUESTIONS.flatMap((question) => {
    const best = figures.find(
      (one) => one.question === question && one.available && unchosenColumn(one, {}) === null,
    )
    return best ? [{ id: best.id, size: null, isPinned: false }] : []
  })
}

/** Returns the layout with more figures shown, after the others. */
export function withShown(layout: readonly Placed[], ids: readonly string[]): Placed[] {
  const added = [...new Set(ids)].filter((id) => !layout.some((one) => one.id === id))
  return [...layout, ...added.map((id) => ({ id, size: null, isPinned: false }))]
}

/** Returns the layout with one figure changed; null takes it off the page. */
export function withChange(
  layout: readonly Placed[],
  id: string,
  change: Partial<Omit<Placed, 'id'>> | null,
): Placed[] {
  return layout.flatMap((one) => (one.id !== id ? [one] : change ? [{ ...one, ...change }] : []))
}

/** Returns the layout in which a figure stands where another stood, and is pinned where that one is. */
export function movedTo(layout: readonly Placed[], id: string, target: string): Placed[] {
  const from = layout.findIndex((one) => one.id === id)
  const to = layout.findIndex((one) => one.id === target)
  const [moved, place] = [layout[from], layout[to]]
  if (!moved || !place || from === to) return [...layout]
  const others = layout.filter((one) => one.id !== id)
  return others.toSpliced(to, 0, { ...moved, isPinned: place.isPinned })
}

/** The shown figures of one part of the page, and those that could be. */
export interface Section {
  key: 'pinned' | FigureQuestion
  title: string
  shown: { placed: Placed; figure: FigureListItem }[]
  others: FigureListItem[]
}

/** Returns the page's parts: pinned figures, then each question with its figures in the order of the layout. */
export function sectionsOf(
  figures: readonly FigureListItem[],
  layout: readonly Placed[],
): Section[] {
  const known = layout.flatMap((placed) => {
    const figure = figures.find(({ id }) => id === placed.id)
    return figure ? [{ placed, figure }] : []
  })
  const pinned = known.filter(({ placed }) => placed.isPinned)
  const isShown = new Set(known.map(({ figure }) => figure.id))
  return [
    { key: 'pinned' as const, title: 'Pinned', shown: pinned, others: [] },
    ...QUESTIONS.map((key) => ({
      key,
      title: FIGURE_QUESTIONS[key],
      shown: known.filter(({ placed, figure }) => !placed.isPinned && figure.question === key),
      others: figures.filter(({ id, question }) => question === key && !isShown.has(id)),
    })),
  ].filter(({ shown, others }) => shown.length + others.length > 0)
}

/** Returns the figure before or after one in its part of the page, or null at its ends. */
export function neighbour(sections: readonly Section[], id: string, step: -1 | 1): string | null {
  for (const { shown } of sections) {
    const at = shown.findIndex(({ figure }) => figure.id === id)
    if (at >= 0) return shown[at + step]?.figure.id ?? null
  }
  return null
}

// Panels of three seed sets side by side need two columns of a wide screen.
const WIDE_FROM = 3
// A panel with its axis is readable from about 400 pixels.
const COLUMNS: readonly [from: number, columns: number][] = [
  [2200, 6],
  [1450, 4],
  [820, 2],
]

/** Returns how many columns fit a width in pixels. Even numbers, so that figures of two columns leave no hole. */
export function columnsFor(width: number): number {
  return COLUMNS.find(([from]) => width >= from)?.[1] ?? 1
}

/** Returns how many columns each figure takes: its own width, and what is left of a row goes to the row's last one. */
export function spansOf(
  sizes: readonly (Size | null)[],
  columns: number,
  seedSets: number,
): number[] {
  const wanted = { one: 1, two: 2, full: columns }
  const preset = seedSets >= WIDE_FROM ? 2 : 1
  const spans: number[] = []
  let left = columns
  for (const size of sizes) {
    const span = Math.min(columns, size ? wanted[size] : preset)
    if (span > left) {
      spans[spans.length - 1] = (spans.at(-1) ?? 0) + left
      left = columns
    }
    spans.push(span)
    left -= span
    if (left === 0) left = columns
  }
  if (left < columns && spans.length > 0) spans[spans.length - 1] = (spans.at(-1) ?? 0) + left
  return spans
}

/** Returns the options of all figures after those of one have changed. */
export function withOptions(
  options: FigureOptions,
  id: string,
  changed: FigureOptions[string],
): FigureOptions {
  const { [id]: _before, ...others } = options
  return Object.keys(changed).length === 0 ? others : { ...others, [id]: changed }
}
