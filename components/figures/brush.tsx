'use client'

import { createContext, useContext, useEffect, useState, type RefObject } from 'react'
import type { FigureSelection } from '@/lib/figures/types'
import {
  boundsOf,
  filterEdge,
  runningSums,
  unpackCounts,
  type Counts,
} from '@/lib/figures/shared/tiles'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import type { BrushTiles } from '@/lib/contracts/tiles'

/** What a tile counts of one group, in a marked range. */
export interface BrushedCounts {
  edges: readonly number[]
  of(group: string): Counts | null
}

/** Rows in the marked range, and all rows of the page without it. */
export interface BrushedRows {
  n: number
  of: number
}

interface Loaded {
  reply: BrushTiles
  sums: Map<string, Counts[]>
}

type Options = Record<string, unknown>

/** The brushed figure and those that are to follow. */
export interface BrushQuestion {
  figureId: string
  options: Options
  targets: { figureId: string; options: Options }[]
  filter: RowFilter
}
type Ask = (request: BrushQuestion, signal: AbortSignal) => Promise<BrushTiles>
type Range = readonly [number, number]
type Preview = (counts: BrushedCounts | null) => void

/** What redraws one mark. */
interface Follower {
  show: Preview
  /** The drawing that the mark stands in; null counts as seen. */
  drawing: Element | null
}

// Drawings this near to the window are redrawn with those in it, so that a scroll finds them drawn.
const SEEN = { rootMargin: '200px 0px' }

/**
 * The brush of a page, outside React's state: it asks once for tiles when a range is begun, then each frame redraws what
 * follows by subtracting two lists of running sums.
 */
export class BrushStore {
  readonly #followers = new Map<string, Set<Follower>>()
  readonly #watch: IntersectionObserver | null
  readonly #unseen = new Set<Element>()
  readonly #rows = new Set<(rows: BrushedRows | null) => void>()
  readonly #later = new Set<(figureIds: readonly string[]) => void>()
  #loaded: Loaded | null = null
  #range: Range | null = null
  #frame = 0
  #abort: AbortController | null = null
  #filter = emptyFilter()
  readonly #drawn = new Map<string, Options>()
  readonly #ask: Ask

  constructor(ask: Ask) {
    this.#ask = ask
    const seen = (entries: IntersectionObserverEntry[]) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) this.#unseen.delete(target)
        else this.#unseen.add(target)
      this.#schedule()
    }
    this.#watch =
      typeof IntersectionObserver === 'undefined' ? null : new IntersectionObserver(seen, SEEN)
  }

  /** Says which rows the page shows. */
  readonly show = (filter: RowFilter): void => {
    this.#filter = filter
  }

  /** Says that a figure is drawn, so that it follows; returns what takes it off. */
  readonly add = (figureId: string, options: Options): (() => void) => {
    this.#drawn.set(figureId, options)
    return () => void this.#drawn.delete(figureId)
  }

  /** Asks for the tiles of a figure's axis; until they are there the other figures stay as they are. */
  readonly begin = (figureId: string): void => {
    this.end()
    const abort = new AbortController()
    this.#abort = abort
    const targets = [...this.#drawn]
      .filter(([id]) => id !== figureId)
      .map(([id, options]) => ({ figureId: id, options }))
    const options = this.#drawn.get(figureId) ?? {}
    const request = { figureId, options, targets, filter: this.#filter }
    void this.#load(request, abort.signal).then(
      (loaded) => {
        if (abort.signal.aborted) return
        this.#loaded = loaded
        for (const show of this.#later) show(loaded.reply.later)
        this.#schedule()
      },
      // Without tiles the others follow when the range is released, from the server.
      () => undefined,
    )
  }

  async #load(request: BrushQuestion, signal: AbortSignal): Promise<Loaded> {
    const reply = await this.#ask(request, signal)
    const sums = reply.tiles.map(async (tile): Promise<[string, Counts[]]> => {
      const size = tile.groups.length * tile.perGroup
      const counts = await unpackCounts(tile.packed, size, tile.hasSums)
      return [tile.figureId, runningSums(counts, size)]
    })
    return { reply, sums: new Map(await Promise.all(sums)) }
  }

  readonly move = (range: Range): void => {
    if (this.#range?.[0] === range[0] && this.#range[1] === range[1]) return
    this.#range = range
    this.#schedule()
  }

  /** Drops the tiles; what is drawn stays until each figure comes from the server. */
  readonly hold = (): void => {
    this.#abort?.abort()
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    this.#loaded = null
    this.#range = null
    for (const show of this.#rows) show(null)
    for (const show of this.#later) show([])
  }

  /** Takes what was drawn off one figure. */
  readonly settle = (figureId: string): void => {
    for (const { show } of this.#followers.get(figureId) ?? []) show(null)
  }

  /** Drops tiles and what was drawn. */
  readonly end = (): void => {
    this.hold()
    for (const figureId of this.#followers.keys()) this.settle(figureId)
  }

  /** Calls `show` each time the range moves while `drawing` is near the window; returns what ends it. */
  readonly onPreview = (
    figureId: string,
    show: Preview,
    drawing: Element | null = null,
  ): (() => void) => {
    const follower = { show, drawing }
    const own = this.#followers.get(figureId) ?? new Set()
    this.#followers.set(figureId, own.add(follower))
    if (drawing) this.#watch?.observe(drawing)
    return () => {
      own.delete(follower)
      if (!drawing || [...own].some((other) => other.drawing === drawing)) return
      this.#watch?.unobserve(drawing)
      this.#unseen.delete(drawing)
    }
  }

  readonly onRows = (show: (rows: BrushedRows | null) => void): (() => void) => {
    this.#rows.add(show)
    return () => void this.#rows.delete(show)
  }

  /** Says which figures follow only when the range is released. */
  readonly onLater = (show: (figureIds: readonly string[]) => void): (() => void) => {
    this.#later.add(show)
    return () => void this.#later.delete(show)
  }

  #schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw())
  }

  #draw(): void {
    this.#frame = 0
    if (!this.#loaded || !this.#range) return
    const { reply, sums } = this.#loaded
    const at = (edge: number) => reply.edges.indexOf(filterEdge(edge))
    const { from, to } = boundsOf(reply.places, at(this.#range[0]), at(this.#range[1]))
    for (const tile of reply.tiles) {
      const own = sums.get(tile.figureId)
      const [low, high] = [own?.[from], own?.[to]]
      if (!low || !high) continue
      const places = new Map(tile.groups.map((group, k) => [group, k * tile.perGroup]))
      const brushed: BrushedCounts = {
        edges: tile.edges,
        of(group) {
          const start = places.get(group)
          if (start === undefined) return null
          const end = start + tile.perGroup
          const counts = high.slice(start, end)
          for (let k = 0; k < counts.length; k += 1)
            counts[k] = (counts[k] as number) - (low[start + k] as number)
          return counts
        },
      }
      for (const { show, drawing } of this.#followers.get(tile.figureId) ?? [])
        if (!drawing || !this.#unseen.has(drawing)) show(brushed)
    }
    const n = reply.rows.slice(from, to).reduce((sum, rows) => sum + rows, 0)
    for (const show of this.#rows) show({ n, of: reply.total })
  }
}

// What is drawn of all rows stands back behind that of the marked ones.
const FULL_OPACITY = '0.25'

/** Draws what stands for all rows faintly while a range is marked. */
export function standBack(full: SVGElement | null, isMarked: boolean): void {
  // Setting it again each frame would work out its style again.
  if (full?.hasAttribute('opacity') === isMarked) return
  if (isMarked) full?.setAttribute('opacity', FULL_OPACITY)
  else full?.removeAttribute('opacity')
}

/** The page's brush as one of its figures sees it. */
export interface FigureBrush {
  store: BrushStore
  figureId: string
  /** The range on this figure's axis that the page is filtered by, where it was marked here. */
  range: Range | null
  /** Makes a range, or any selection of rows, the filter of the page. */
  release(selection: FigureSelection): void
  /** Takes the range off the page's filter. */
  clear(): void
}

const BrushContext = createContext<FigureBrush | null>(null)
export const BrushProvider = BrushContext.Provider

/** Returns the brush that links the figures of a page, null where figures stand alone. Drawings mark ranges with it. */
export function useBrush(): FigureBrush | null {
  return useContext(BrushContext)
}

/**
 * Calls `show` with the counts of the marked range each time it moves, and with null when there is none; outside of React's
 * rendering, and only while the drawing around `mark` is near the window.
 */
export function useBrushPreview(show: Preview, mark: RefObject<SVGGraphicsElement | null>): void {
  const brush = useBrush()
  const store = brush?.store
  const figureId = brush?.figureId
  useEffect(
    () =>
      store && figureId !== undefined
        ? store.onPreview(figureId, show, mark.current?.ownerSVGElement)
        : undefined,
    [store, figureId, show, mark],
  )
}

/** Returns whether a range is being marked that this figure follows only when it is let go. */
export function useFollowsLater(): boolean {
  const brush = useBrush()
  const store = brush?.store
  const [later, setLater] = useState<readonly string[]>([])
  useEffect(() => store?.onLater(setLater), [store])
  return brush !== null && later.includes(brush.figureId)
}
