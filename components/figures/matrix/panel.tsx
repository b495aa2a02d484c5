'use client'

import { useRef, useState, type KeyboardEvent } from 'react'
import type { FigureSelection } from '@/lib/figures/types'
import {
  cellSelection,
  countedCells,
  readCell,
  type MatrixCell,
  type MatrixPanel,
  type MatrixPrepared,
} from '@/lib/figures/shared/matrix'
import { labelOf } from '@/lib/figures/shared/text'
import { groupKey } from '@/lib/figures/shared/tiles'
import { useBrushPreview } from '../brush'
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
const SMALL_LETTER_PX = 4.8
// Digits are wider than letters.
const WIDE_LETTER_PX = 6
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

interface CellPlace {
  x: number
  y: number
  width: number
}

/** The smaller line of a cell where it fits. */
function subFor({ sub }: MatrixCell, width: number): string {
  return sub.length * SMALL_LETTER_PX <= width ? sub : ''
}

function Cell(props: {
  cell: MatrixCell
  selection: FigureSelection | null
  at: CellPlace
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
  const sub = subFor(cell, at.width)
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
        {fitting(cell.text, at.width, WIDE_LETTER_PX)}
      </text>
      {sub ? (
        <text x={middle} y={at.y + 25} textAnchor="middle" fontSize={SMALL_PX} fill={ink}>
          {sub}
        </text>
      ) : null}
    </g>
  )
}

/** The cells of the rows that are marked in another figure, in front of the others while a range is marked. */
function MarkedCells(props: { panel: MatrixPanel; at(place: number): CellPlace }) {
  const { panel, at } = props
  const marked = useRef<SVGGElement>(null)
  useBrushPreview((counts) => {
    const group = marked.current
    const own = counts?.of(groupKey(panel.row, panel.column, '')) ?? null
    group?.setAttribute('display', own ? 'inline' : 'none')
    if (!group || !own) return
    countedCells(own, panel.across.length).forEach((cell, i) => {
      const [back, text, sub] = group.children[i]?.children ?? []
      const tone = toneOf(cell.tone)
      back?.setAttribute('fill', toneCss(tone))
      text?.setAttribute('fill', inkOn(tone))
      sub?.setAttribute('fill', inkOn(tone))
      if (text) text.textContent = fitting(cell.text, at(i).width, WIDE_LETTER_PX)
      if (sub) sub.textContent = subFor(cell, at(i).width)
    })
  }, marked)
  return (
    <g ref={marked} display="none" data-figure-skip pointerEvents="none" textAnchor="middle">
      {panel.cells.map((cell, i) => {
        const { x, y, width } = at(i)
        return (
          <g key={readCell(panel, i)} data-brushed={i}>
            <rect x={x} y={y} width={width} height={LINE_PX} stroke={toneCss(INK.grid)} />
            <text x={x + width / 2} y={y + 14} fontSize={TEXT_PX} />
            <text x={x + width / 2} y={y + 25} fontSize={SMALL_PX} />
          </g>
        )
      })}
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
  const at = (place: number): CellPlace => ({
    x: names + (place % across.length) * width,
    y: HEAD_PX + Math.floor(place / across.length) * LINE_PX,
    width,
  })
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
    const here = pointed ?? 0
    const step = {
      ArrowLeft: here % across.length > 0 ? -1 : 0,
      ArrowRight: (here + 1) % across.length > 0 ? 1 : 0,
      ArrowUp: here >= across.length ? -across.length : 0,
      ArrowDown: here + across.length < cells.length ? across.length : 0,
    }[event.key]
    const selection = pointed === null ? null : cellSelection(panel, pointed)
    if (event.key === 'Enter' && selection) onSelect?.(selection)
    if (step === undefined) return
    event.preventDefault()
    point(pointed === null ? 0 : here + step)
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
            at={at(i)}
            hatch={hatch}
            isPointed={pointed === i}
            onPoint={() => point(i)}
          />
        ))}
        {panel.opens?.partner ? <MarkedCells panel={panel} at={at} /> : null}
      </svg>
      {captions.map((caption) => (
        <div key={caption} className={classes.caption}>
          <span data-figure-text>{caption}</span>
        </div>
      ))}
    </div>
  )
}
