'use client'

import { useState, type KeyboardEvent } from 'react'
import type { FigureSelection } from '@/lib/figures/types'
import {
  cellSelection,
  readCell,
  type MatrixCell,
  type MatrixPanel,
  type MatrixPrepared,
} from '@/lib/figures/shared/matrix'
import { labelOf } from '@/lib/figures/shared/text'
import type { PanelBox } from '../facets'
import classes from '../figures.module.css'
import { fitting, LETTER_PX } from '../fitting'
import { useFigure } from '../interaction'
import { panelId } from '../marks'
import { INK, inkOn, LEVEL_TONES, SURFACE, toneCss, type Tone } from '../palette'

/** Room for the names of the columns, and height of a line. */
export const HEAD_PX = 32
export const LINE_PX = 34

const TEXT_PX = 11
const SMALL_PX = 9
const MOST_NAME_PX = 240
const FEWEST_NAME_PX = 40
// Wider cells would only be empty.
const WIDEST_CELL_PX = 170

/** Returns the tone of a cell: five steps of how strong it is. */
function toneOf(tone: number | null): Tone {
  if (tone === null || tone === 0) return SURFACE
  const step = Math.min(LEVEL_TONES.length - 1, Math.floor(Math.abs(tone) * LEVEL_TONES.length))
  return LEVEL_TONES[step] ?? SURFACE
}

/** A name over a column: as many words below each other as fit. */
function ColumnName({ name, x, width }: { name: string; x: number; width: number }) {
  const isLong = name.length * LETTER_PX > width
  const [first = '', ...rest] = isLong ? name.split(' ') : [name]
  const lines = [first, rest.join(' ')].filter(Boolean)
  return (
    <text textAnchor="middle" fontSize={TEXT_PX} fill={toneCss(INK.dim)}>
      {lines.map((line, i) => (
        <tspan key={line} x={x} y={HEAD_PX - 6 - (lines.length - 1 - i) * 12}>
          {fitting(line, width)}
        </tspan>
      ))}
    </text>
  )
}

function Cell(props: {
  cell: MatrixCell
  selection: FigureSelection | null
  at: { x: number; y: number; width: number }
  hatch: string
  isPointed: boolean
  onPoint(): void
}) {
  const { cell, selection, at, hatch, isPointed, onPoint } = props
  const { onSelect } = useFigure()
  const tone = toneOf(cell.tone)
  const ink = inkOn(tone)
  const middle = at.x + at.width / 2
  const canOpen = onSelect !== null && selection !== null
  const sub = cell.sub.length * 4.8 <= at.width ? cell.sub : ''
  return (
    <g
      className={canOpen ? classes.clickable : undefined}
      onClick={canOpen ? () => onSelect(selection) : undefined}
      onPointerEnter={onPoint}
    >
      <rect
        x={at.x}
        y={at.y}
        width={at.width}
        height={LINE_PX}
        fill={toneCss(tone)}
        stroke={toneCss(INK.grid)}
      />
      {(cell.tone ?? 0) < 0 ? (
        <rect
          x={at.x + 1}
          y={at.y + LINE_PX - 7}
          width={at.width - 2}
          height="6"
          fill={`url(#${hatch})`}
        />
      ) : null}
      {isPointed ? (
        <rect
          data-figure-skip
          x={at.x + 1.5}
          y={at.y + 1.5}
          width={at.width - 3}
          height={LINE_PX - 3}
          fill="none"
          stroke={ink}
          strokeWidth="1.5"
        />
      ) : null}
      <text x={middle} y={at.y + (sub ? 14 : 21)} textAnchor="middle" fontSize={TEXT_PX} fill={ink}>
        {fitting(cell.text, at.width, 6)}
      </text>
      {sub ? (
        <text x={middle} y={at.y + 25} textAnchor="middle" fontSize={SMALL_PX} fill={ink}>
          {sub}
        </text>
      ) : null}
    </g>
  )
}

/** One table with its captions. */
export function MatrixPanelView(props: {
  prepared: MatrixPrepared
  panel: MatrixPanel
  box: PanelBox
}) {
  const { prepared, panel, box } = props
  const { store, idPrefix, onSelect } = useFigure()
  const [pointed, setPointed] = useState<number | null>(null)
  const { across, down, cells, captions } = panel
  const longest = Math.max(...down.map((name) => name.length))
  const names = Math.min(
    Math.max(FEWEST_NAME_PX, longest * LETTER_PX + 8),
    MOST_NAME_PX,
    box.width / 3,
  )
  const room = (box.width - names - 2) / Math.max(1, across.length)
  const width = Math.max(1, Math.min(WIDEST_CELL_PX, room))
  const hatch = `${panelId(idPrefix, panel.row, panel.column)}-below`
  const title = [labelOf(prepared.columns, panel.column), labelOf(prepared.rows, panel.row)]
    .filter(Boolean)
    .join(', ')
  const point = (place: number | null) => {
    const cell = place === null ? undefined : cells[place]
    setPointed(cell ? place : null)
    const read = place === null ? '' : readCell(panel, place)
    const item = cell && { key: read, label: read, colorIndex: null, text: '' }
    store.set({ readout: item ? { title, items: [item] } : null })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const at = pointed ?? 0
    const step = {
      ArrowLeft: at % across.length > 0 ? -1 : 0,
      ArrowRight: (at + 1) % across.length > 0 ? 1 : 0,
      ArrowUp: at >= across.length ? -across.length : 0,
      ArrowDown: at + across.length < cells.length ? across.length : 0,
    }[event.key]
    const selection = pointed === null ? null : cellSelection(panel, pointed)
    if (event.key === 'Enter' && selection) onSelect?.(selection)
    if (step === undefined) return
    event.preventDefault()
    point(pointed === null ? 0 : at + step)
  }
  return (
    <div onPointerLeave={() => point(null)}>
      <svg
        data-figure-mark
        width={Math.max(0, box.width)}
        height={HEAD_PX + down.length * LINE_PX + 1}
        role="group"
        aria-label={title}
      >
        <defs>
          <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse">
            <path d="M-1 1L1 -1M0 6L6 0M5 7L7 5" stroke={toneCss(INK.text)} strokeWidth="1.4" />
          </pattern>
        </defs>
        <rect
          data-figure-skip
          className={classes.cursorLayer}
          x={names}
          y={HEAD_PX}
          width={width * across.length}
          height={down.length * LINE_PX}
          fill="transparent"
          role="application"
          aria-label={`${title}: arrow keys read the cells, Enter opens rows`}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onBlur={() => point(null)}
        />
        {across.map((name, i) => (
          <ColumnName key={name} name={name} x={names + (i + 0.5) * width} width={width} />
        ))}
        {down.map((name, i) => (
          <text
            key={name}
            x={names - 6}
            y={HEAD_PX + (i + 0.5) * LINE_PX + 4}
            textAnchor="end"
            fontSize={TEXT_PX}
            fill={toneCss(INK.dim)}
          >
            {fitting(name, names - 8)}
          </text>
        ))}
        {cells.map((cell, i) => (
          <Cell
            key={readCell(panel, i)}
            cell={cell}
            selection={cellSelection(panel, i)}
            at={{
              x: names + (i % across.length) * width,
              y: HEAD_PX + Math.floor(i / across.length) * LINE_PX,
              width,
            }}
            hatch={hatch}
            isPointed={pointed === i}
            onPoint={() => point(i)}
          />
        ))}
      </svg>
      {captions.map((caption) => (
        <div key={caption} className={classes.caption}>
          <span data-figure-text>{caption}</span>
        </div>
      ))}
    </div>
  )
}
