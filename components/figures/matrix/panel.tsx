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
// Head of a low table: one line of numbers.
const LOW_HEAD_PX = 11

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
function ColumnName(props: { name: string; x: number; width: number; bottom: number }) {
  const { name, x, width, bottom } = props
  const isLong = name.length * LETTER_PX > width
  const [first = '', ...rest] = isLong ? name.split(' ') : [name]
  const lines = [first, rest.join(' ')].filter(Boolean)
  return (
    <text textAnchor="middle" fontSize={TEXT_PX} fill={toneCss(INK.dim)}>
      {lines.map((line, i) => (
        <tspan key={line} x={x} y={bottom - (lines.length - 1 - i) * 12}>
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
  height: number
}

/** The smaller line of a cell where it fits. */
function subFor({ sub }: MatrixCell, { width, height }: CellPlace): string {
  return height === LINE_PX && sub.length * SMALL_LETTER_PX <= width ? sub : ''
}

/** What a cell says: cut where that is text, whole or left to the tone where a low line has no room for it. */
function textFor({ text, sub }: MatrixCell, { width, height }: CellPlace): string {
  if (height === LINE_PX) return fitting(text, width, WIDE_LETTER_PX)
  return [text, sub].find((one) => one.length * SMALL_LETTER_PX <= width) ?? ''
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
  const sub = subFor(cell, at)
  const isLow = at.height < LINE_PX
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
        height={at.height}
        fill={toneCss(tone)}
        stroke={toneCss(INK.grid)}
      />
      {(cell.tone ?? 0) < 0 ? (
        <rect
          x={at.x + 1}
          y={at.y + at.height - 7}
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
          height={at.height - 3}
          fill="none"
          stroke={ink}
          strokeWidth="1.5"
        />
      ) : null}
      <text
        x={middle}
        y={isLow ? at.y + at.height / 2 + 3 : at.y + (sub ? 14 : 21)}
        textAnchor="middle"
        fontSize={isLow ? SMALL_PX : TEXT_PX}
        fill={ink}
      >
        {textFor(cell, at)}
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
function MarkedCells(props: {
  panel: MatrixPanel
  shows: MatrixPrepared['shows']
  at(place: number): CellPlace
}) {
  const { panel, shows, at } = props
  const marked = useRef<SVGGElement>(null)
  useBrushPreview((counts) => {
    const group = marked.current
    const own = counts?.of(groupKey(panel.row, panel.column, '')) ?? null
    group?.setAttribute('display', own ? 'inline' : 'none')
    if (!group || !own) return
    countedCells(own, panel.across.length, shows).forEach((cell, i) => {
      const [back, text, sub] = group.children[i]?.children ?? []
      const tone = toneOf(cell.tone)
      back?.setAttribute('fill', toneCss(tone))
      text?.setAttribute('fill', inkOn(tone))
      sub?.setAttribute('fill', inkOn(tone))
      if (text) text.textContent = textFor(cell, at(i))
      if (sub) sub.textContent = subFor(cell, at(i))
    })
  }, marked)
  return (
    <g ref={marked} display="none" data-figure-skip pointerEvents="none" textAnchor="middle">
      {panel.cells.map((cell, i) => {
        const { x, y, width, height } = at(i)
        return (
          <g key={readCell(panel, i)} data-brushed={i}>
            <rect x={x} y={y} width={width} height={height} stroke={toneCss(INK.grid)} />
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
  const { cells } = panel
  const lines = panel.down.length
  // A printed table that has less room than it needs: lower lines, numbers in place of names.
  const isLow = box.height < HEAD_PX + lines * LINE_PX
  const numbers = (names: readonly string[]) => (isLow ? names.map((_, i) => String(i + 1)) : names)
  const [across, down] = [numbers(panel.across), numbers(panel.down)]
  const captions = isLow ? [] : panel.captions
  const head = isLow ? LOW_HEAD_PX : HEAD_PX
  const line = isLow ? Math.floor((box.height - head) / Math.max(1, lines)) : LINE_PX
  const longest = Math.max(...down.map((name) => name.length))
  const names = Math.min(
    Math.max(isLow ? 0 : FEWEST_NAME_PX, longest * LETTER_PX + 8),
    MOST_NAME_PX,
    box.width / 3,
  )
  const room = (box.width - names - 2) / Math.max(1, across.length)
  const width = Math.max(1, Math.min(WIDEST_CELL_PX, room))
  const hatch = `${panelId(idPrefix, panel.row, panel.column)}-below`
  const at = (place: number): CellPlace => ({
    x: names + (place % across.length) * width,
    y: head + Math.floor(place / across.length) * line,
    width,
    height: line,
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
        height={head + lines * line + 1}
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
          y={head}
          width={width * across.length}
          height={lines * line}
          fill="transparent"
          role="application"
          aria-label={`${title}: arrow keys read the cells, Enter opens rows`}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onBlur={() => point(null)}
        />
        {across.map((name, i) => (
          <ColumnName
            key={name}
            name={name}
            x={names + (i + 0.5) * width}
            width={width}
            bottom={isLow ? head - 2 : head - 6}
          />
        ))}
        {down.map((name, i) => (
          <text
            key={name}
            x={names - 6}
            y={head + (i + 0.5) * line + (isLow ? 3 : 4)}
            textAnchor="end"
            fontSize={isLow ? SMALL_PX : TEXT_PX}
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
        {panel.opens?.partner ? <MarkedCells panel={panel} shows={prepared.shows} at={at} /> : null}
      </svg>
      {captions.map((caption) => (
        <div key={caption} className={classes.caption}>
          <span data-figure-text>{caption}</span>
        </div>
      ))}
    </div>
  )
}
