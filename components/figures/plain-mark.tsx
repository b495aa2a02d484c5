'use client'

import type { KeyboardEvent, ReactNode } from 'react'
import type { FigureSelection } from '@/lib/figures/types'
import classes from './figures.module.css'
import { useFigure, type Readout } from './interaction'

interface PlainMarkProps {
  readout: Readout
  selection: FigureSelection | null
  children: ReactNode
}

/** A mark of a drawing without a chart library: read by pointer and keys, opened by click and Enter. */
export function PlainMark({ readout, selection, children }: PlainMarkProps) {
  const { store, onSelect } = useFigure()
  const open = onSelect && selection ? () => onSelect(selection) : null
  const read = () => store.set({ readout })
  const clear = () => store.set({ readout: null })
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open || (event.key !== 'Enter' && event.key !== ' ')) return
    event.preventDefault()
    open()
  }
  const text = readout.items.map((item) => `${item.label}: ${item.text}`).join('; ')
  return (
    <g
      tabIndex={0}
      role={open ? 'button' : 'img'}
      aria-label={`${readout.title}. ${text}`}
      className={open ? classes.clickable : undefined}
      onPointerEnter={read}
      onPointerLeave={clear}
      onFocus={read}
      onBlur={clear}
      onClick={open ?? undefined}
      onKeyDown={onKeyDown}
    >
      {children}
    </g>
  )
}
