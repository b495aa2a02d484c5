'use client'

import type { ReactNode } from 'react'
import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react'

/** `g s` is a sequence; `?` and `/` are characters as typed; `Escape` and `Enter` are key names. */
export interface ShortcutKey {
  keys: string
  description: string
  /** Heading under which lists of keys show it. */
  group: string
}

interface Shortcut extends ShortcutKey {
  run(event: KeyboardEvent): void
}

interface Registry {
  add(shortcut: Shortcut): () => void
  list(): Shortcut[]
}

const ShortcutContext = createContext<Registry | null>(null)

// A second key later than this starts a new sequence.
const SEQUENCE_MS = 1_200

/** Returns true for elements in which letters are text, not commands. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    ['TEXTAREA', 'SELECT'].includes(target.tagName) ||
    (target instanceof HTMLInputElement &&
      !['checkbox', 'radio', 'button', 'range', 'submit'].includes(target.type))
  )
}

// Controls that answer these keys themselves.
const ARROW_OWNERS =
  'input, [role="tab"], [role="slider"], [role="menuitem"], [role="option"], [role="separator"], svg, [data-own-arrows]'
const ENTER_OWNERS =
  'a[href], button, input, summary, [role="row"], [role="menuitem"], [role="option"]'

/** Returns true when the element in focus has a meaning of its own for the key. */
function isOwned({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false
  if (key === 'Enter') return target.closest(ENTER_OWNERS) !== null
  return key.startsWith('Arrow') && target.closest(ARROW_OWNERS) !== null
}

export function ShortcutProvider({ children }: { children: ReactNode }) {
  const shortcuts = useRef<Shortcut[]>([])
  const [, setVersion] = useState(0)

  const registry = useMemo<Registry>(
    () => ({
      add: (shortcut) => {
        shortcuts.current = [...shortcuts.current, shortcut]
        setVersion((version) => version + 1)
        return () => {
          shortcuts.current = shortcuts.current.filter((other) => other !== shortcut)
        }
      },
      list: () => shortcuts.current,
    }),
    [],
  )

  useEffect(() => {
    let pending: { key: string; at: number } | null = null
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || isOwned(event)) return
      // A dialog has its own keys; only what it registered itself (none) should act under it.
      if (document.querySelector('[role="dialog"][aria-modal="true"]')) return
      const sequence = pending && event.timeStamp - pending.at < SEQUENCE_MS ? pending.key : null
      pending = null
      // The newest registration wins, so that a page can take a key from the frame.
      const find = (keys: string) => shortcuts.current.findLast((one) => one.keys === keys)
      const isShifted = event.shiftKey && event.key.startsWith('Arrow')
      const key = isShifted ? `Shift+${event.key}` : event.key
      const match = (sequence && find(`${sequence} ${key}`)) || find(key)
      if (match) {
        event.preventDefault()
        match.run(event)
      } else if (shortcuts.current.some((one) => one.keys.startsWith(`${event.key} `))) {
        pending = { key: event.key, at: event.timeStamp }
      }
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])

  return <ShortcutContext.Provider value={registry}>{children}</ShortcutContext.Provider>
}

function useRegistry(): Registry {
  const registry = useContext(ShortcutContext)
  if (!registry) throw new Error('ShortcutProvider is missing above this component.')
  return registry
}

/** Registers a key while the component is mounted; the newest handler is used without registering again. */
export function useShortcut(
  { keys, description, group }: ShortcutKey,
  run: (event: KeyboardEvent) => void,
  { enabled = true }: { enabled?: boolean } = {},
): void {
  const registry = useRegistry()
  const latest = useRef(run)
  useEffect(() => {
    latest.current = run
  })
  useEffect(() => {
    if (!enabled) return
    return registry.add({ keys, description, group, run: (event) => latest.current(event) })
  }, [registry, keys, description, group, enabled])
}

/** The keys registered now, for the `?` sheet; read it when the sheet opens. */
export function useShortcutList(): () => ShortcutKey[] {
  return useRegistry().list
}
