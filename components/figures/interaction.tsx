'use client'

import { createContext, useContext, useLayoutEffect, useSyncExternalStore } from 'react'
import type { FigureSelection } from '@/lib/figures/types'

/** What the reader points at, spelled out under the chart instead of over it. */
export interface Readout {
  title: string
  items: { key: string; label: string; colorIndex: number | null; text: string }[]
}

export interface InteractionState {
  readout: Readout | null
  /** Position of the cursor in units of the x axis, shared by all panels. */
  at: number | null
  /** Brushed range of the x axis, shared by all panels. */
  range: readonly [number, number] | null
  /** Marked rectangle of one panel, in shares of both axes. */
  box: { panel: string; shares: Record<'x' | 'y', readonly [number, number]> } | null
}

const NOTHING: InteractionState = { readout: null, at: null, range: null, box: null }

/** Pointer state of one figure, outside React's state so that moving the pointer redraws only what follows it. */
export class InteractionStore {
  #state = NOTHING
  readonly #listeners = new Set<() => void>()

  readonly get = (): InteractionState => this.#state

  readonly set = (patch: Partial<InteractionState>): void => {
    const next = { ...this.#state, ...patch }
    // A pointer moves many times over one bin; each time all panels would be redrawn as they are.
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return
    this.#state = next
    for (const listener of this.#listeners) listener()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

export interface FigureContextValue {
  store: InteractionStore
  /** Prefix of ids in this figure's drawings. */
  idPrefix: string
  onSelect: ((selection: FigureSelection) => void) | null
  /** Whether series are told apart without colour: areas need a texture then. */
  patterns: boolean
  /** Height of the page that a printed figure should not exceed; absent on screen. */
  pageHeight?: number
}

const FigureContext = createContext<FigureContextValue | null>(null)
export const FigureProvider = FigureContext.Provider

/** Returns the figure that a drawing stands in; throws outside of one. */
export function useFigure(): FigureContextValue {
  const value = useContext(FigureContext)
  if (!value) throw new Error('A figure drawing must stand inside FigureFrame.')
  return value
}

/** Returns what `of` takes of the pointer state and follows it; the figure's parts are rendered again when it changes. */
export function useInteraction<T>(of: (state: InteractionState) => T): T {
  const { store } = useFigure()
  return useSyncExternalStore(
    store.subscribe,
    () => of(store.get()),
    () => of(NOTHING),
  )
}

/**
 * Calls `draw` with the pointer state after each rendering and each change: what moves with the pointer sets attributes
 * itself, since rendering every panel again takes longer than a frame.
 */
export function useInteractionDrawing(draw: (state: InteractionState) => void): void {
  const { store } = useFigure()
  useLayoutEffect(() => {
    draw(store.get())
    return store.subscribe(() => draw(store.get()))
  })
}
