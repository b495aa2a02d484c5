import { useState } from 'react'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { compactFilter, useViewState } from './use-view-state'

/** Filters before and after the one that is shown, as text; the nearest last. */
interface History {
  past: readonly string[]
  shown: string
  future: readonly string[]
}

// Further back nobody remembers what was set.
const MAX_STEPS = 100

/**
 * Returns the history once another filter is shown: a step of its own, which ends what could be redone.
 * @internal
 */
export function withStep({ past, shown }: History, next: string): History {
  return { past: [...past, shown].slice(-MAX_STEPS), shown: next, future: [] }
}

/**
 * Returns the history one step back; null where there is none.
 * @internal
 */
export function stepBack({ past, shown, future }: History): History | null {
  const last = past.at(-1)
  return last === undefined
    ? null
    : { past: past.slice(0, -1), shown: last, future: [...future, shown] }
}

/**
 * Returns the history one step on; null where there is none.
 * @internal
 */
export function stepOn({ past, shown, future }: History): History | null {
  const next = future.at(-1)
  return next === undefined
    ? null
    : { past: [...past, shown], shown: next, future: future.slice(0, -1) }
}

/**
 * Undo and redo of the filter, on all pages of a study while it is open. Each is a change of the address as any other, so the
 * browser's own back and forward stay right, and can be undone too.
 */
export function useFilterHistory() {
  const { state, setView } = useViewState()
  const text = JSON.stringify(compactFilter(state.filter) ?? {})
  const [history, setHistory] = useState<History>({ past: [], shown: text, future: [] })
  /** What undo or redo asked for, until the address shows it. */
  const [asked, setAsked] = useState<History | null>(null)
  if (text !== history.shown) {
    setHistory(asked?.shown === text ? asked : withStep(history, text))
    setAsked(null)
  }
  const go = (next: History | null) => {
    if (!next) return
    setAsked(next)
    setView({ filter: rowFilterSchema.parse(JSON.parse(next.shown)) })
  }
  return {
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    undo: () => go(stepBack(history)),
    redo: () => go(stepOn(history)),
  }
}
