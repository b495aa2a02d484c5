'use client'

import type { FigureResult } from '@/lib/figures/types'
import { drawingOf } from '@/components/figures'
import classes from '../figures.module.css'

/** Legend, chart and notes of a figure, as on the page and in every exported picture. */
export function FigureBody({ result }: { result: FigureResult }) {
  const drawing = drawingOf(result.figure.drawing)
  if (!drawing) return null
  return (
    <>
      <div className={classes.legend}>
        <drawing.Legend prepared={result.prepared} />
      </div>
      <drawing.Chart prepared={result.prepared} />
    </>
  )
}

/** What to keep in mind while reading a figure. */
export function FigureNotes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null
  return (
    <ul className={classes.notes}>
      {notes.map((note) => (
        <li key={note} className={classes.count} data-figure-text>
          {note}
        </li>
      ))}
    </ul>
  )
}
