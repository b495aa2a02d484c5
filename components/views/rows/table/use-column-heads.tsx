import { useState, type DragEvent } from 'react'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import type { TableLayout } from '@/lib/contracts/filter'
import { movedColumn, type RowColumn } from './row-columns'

/** Pixels by which a key widens a column. */
const STEP = 20
/** Names what is dragged, so that texts and files dropped on a head do nothing. */
const DRAG_TYPE = 'application/x-evolens-column'

/** What heads of columns need to be moved and pinned. */
export interface ColumnHeads {
  canMove: boolean
  pin(id: string): void
  /** Of what is taken hold of, and of what it can be dropped on. */
  dragProps(id: string): object
  dropProps(id: string): object
}

interface HeadsInput {
  columns: readonly RowColumn[]
  pins: readonly string[]
  onLayout: ((patch: Partial<TableLayout>) => void) | null
  onWider(id: string, by: number): void
}

/** Moving, pinning and widening columns by pointer and by the keys of a head in focus. */
export function useColumnHeads({ columns, pins, onLayout, onWider }: HeadsInput): ColumnHeads {
  const [over, setOver] = useState<string | null>(null)

  const move = (id: string, to: string) => {
    const order = movedColumn(columns, id, to)
    // Dropped among the pinned ones it is pinned, dropped outside it no longer is.
    const isPinned = pins.includes(to)
    const pinned = order.filter((one) => (one === id ? isPinned : pins.includes(one)))
    onLayout?.({ order, pins: pinned })
  }
  const pin = (id: string) =>
    onLayout?.({ pins: pins.includes(id) ? pins.filter((one) => one !== id) : [...pins, id] })

  /** The column whose head has the focus. */
  const inFocus = () => {
    const head = document.activeElement?.closest<HTMLElement>('[data-column]')
    return head?.dataset.column ?? null
  }
  const step = (direction: 1 | -1) => {
    const at = columns.findIndex(({ id }) => id === inFocus())
    const from = columns[at]
    const to = columns[at + direction]
    if (at <= 0 || !from || !to || to.id === 'row') return
    move(from.id, to.id)
    // A head that was moved has lost the focus.
    requestAnimationFrame(() => {
      const head = document.querySelector<HTMLElement>(
        `[data-column="${CSS.escape(from.id)}"] button`,
      )
      head?.focus()
    })
  }
  const widen = (by: number) => {
    const id = inFocus()
    if (id !== null) onWider(id, by)
  }
  useShortcut(KEYS.columnLeft, () => step(-1))
  useShortcut(KEYS.columnRight, () => step(1))
  useShortcut(KEYS.columnPin, () => {
    const id = inFocus()
    if (id !== null && id !== 'row') pin(id)
  })
  useShortcut(KEYS.columnWider, () => widen(STEP))
  useShortcut(KEYS.columnNarrower, () => widen(-STEP))

  const isFixed = (id: string) => onLayout === null || id === 'row'
  return {
    canMove: onLayout !== null,
    pin,
    dragProps: (id) =>
      isFixed(id)
        ? {}
        : {
            draggable: true,
            onDragStart: (event: DragEvent) => event.dataTransfer.setData(DRAG_TYPE, id),
            onDragEnd: () => setOver(null),
          },
    dropProps: (id) =>
      isFixed(id)
        ? {}
        : {
            'data-drop': over === id || undefined,
            onDragOver: (event: DragEvent) => {
              if (!event.dataTransfer.types.includes(DRAG_TYPE)) return
              event.preventDefault()
              setOver(id)
            },
            onDragLeave: () => setOver(null),
            onDrop: (event: DragEvent) => {
              setOver(null)
              const dragged = event.dataTransfer.getData(DRAG_TYPE)
              if (dragged && dragged !== id) move(dragged, id)
            },
          },
  }
}
