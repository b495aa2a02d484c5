'use client'

import { SegmentedControl } from '@mantine/core'
import type { KeyboardEvent } from 'react'
import { useId, useRef, useState } from 'react'
import { formatCount } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import type { TokenStrip } from '@/lib/contracts/token-strip'
import classes from './heat-strip.module.css'
import type { StripCell, StripView } from './heat-strip-cells'
import {
  cellsOf,
  describeCell,
  heatOf,
  nameOf,
  scaleEnd,
  summarise,
  viewsOf,
} from './heat-strip-cells'
import { HeatStripTable } from './heat-strip-table'

// More tokens than a screen holds; the rest is drawn on demand.
const FIRST_TOKENS = 400
// Tokens of a block; blocks out of sight cost no layout.
const BLOCK_TOKENS = 200
// At full heat the text still has a contrast above 4.5 in both themes.
const MOST_TINT = 62

const VIEW_LABELS: Record<StripView, string> = {
  given: 'Conditional loss',
  alone: 'Unconditional loss',
  difference: 'Difference',
  instruction: 'Instruction',
}

const VIEW_HELP: Record<StripView, string> = {
  given: 'Conditional loss: of each response token, given the instruction.',
  alone: 'Unconditional loss: of each response token, without the instruction.',
  difference:
    'Conditional minus unconditional loss: below 0 the instruction helps (blue, solid line), above 0 it misleads (orange, dotted line).',
  instruction: 'Loss of each token of the instruction.',
}

function styleOf(cell: StripCell, view: StripView): { backgroundColor: string } | undefined {
  if (cell.value === null) return undefined
  const heat = heatOf(cell.value, view)
  const colour = heat < 0 ? 'var(--strip-low)' : 'var(--strip-high)'
  const tint = Math.round(Math.abs(heat) * MOST_TINT)
  return { backgroundColor: `color-mix(in srgb, ${colour} ${tint}%, transparent)` }
}

function markOf(cell: StripCell, view: StripView): string | undefined {
  if (cell.value === null) return 'none'
  if (view !== 'difference' || Math.abs(cell.value) < 0.1) return undefined
  return cell.value < 0 ? 'helps' : 'misleads'
}

interface TokensProps {
  cells: readonly StripCell[]
  from: number
  view: StripView
  active: number
  onPoint(index: number): void
}

/** A block of tokens; each is a button, so that it can be reached by key and read aloud. */
function Tokens({ cells, from, view, active, onPoint }: TokensProps) {
  return cells.map((cell, i) => {
    const index = from + i
    const words = describeCell(cell, view)
    return (
      <span key={index}>
        <button
          type="button"
          className={classes.token}
          data-index={index}
          data-mark={markOf(cell, view)}
          tabIndex={index === active ? 0 : -1}
          aria-label={words}
          title={words}
          style={styleOf(cell, view)}
          onMouseEnter={() => onPoint(index)}
          onFocus={() => onPoint(index)}
        >
          {nameOf(cell)}
        </button>
        {cell.text?.includes('\n') ? <br /> : null}
      </span>
    )
  })
}

function Legend({ view }: { view: StripView }) {
  const end = scaleEnd(view)
  const isDifference = view === 'difference'
  return (
    <div className={classes.legend} aria-hidden="true">
      <span>{isDifference ? `−${end}` : '0'}</span>
      <span className={isDifference ? classes.rampBoth : classes.ramp} />
      <span>{isDifference ? `+${end}` : `${end} or more`} nats</span>
    </div>
  )
}

const STEPS: Record<string, (at: number, last: number) => number> = {
  ArrowRight: (at, last) => Math.min(last, at + 1),
  ArrowLeft: (at) => Math.max(0, at - 1),
  Home: () => 0,
  End: (_, last) => last,
}

interface HeatStripProps {
  /** Name of the run's metric, for screen readers. */
  label: string
  strip: TokenStrip
}

/** The tokens that a run scored in this row, coloured by their loss. */
export function HeatStrip({ label, strip }: HeatStripProps) {
  const views = viewsOf(strip)
  const [chosen, setChosen] = useState<StripView | null>(null)
  const view = chosen && views.includes(chosen) ? chosen : (views[0] ?? 'given')
  const cells = cellsOf(strip, view)
  const [isWhole, setIsWhole] = useState(false)
  const [active, setActive] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const helpId = useId()
  if (views.length === 0) return null

  const shown = isWhole ? cells.length : Math.min(cells.length, FIRST_TOKENS)
  const current = Math.min(active, Math.max(0, shown - 1))
  const cell = cells[current]
  const pass = view === 'alone' ? strip.alone : strip.joint
  const hasLosses = pass?.losses != null
  const onKeyDown = (event: KeyboardEvent) => {
    const next = STEPS[event.key]?.(current, shown - 1)
    if (next === undefined) return
    // The table beside listens for arrows too.
    event.preventDefault()
    event.stopPropagation()
    setActive(next)
    box.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus()
  }
  const blocks = Array.from({ length: Math.ceil(shown / BLOCK_TOKENS) }, (_, i) => i * BLOCK_TOKENS)

  return (
    <div className={classes.strip}>
      <SegmentedControl
        aria-label={`${label}: what the tokens show`}
        value={view}
        onChange={(value) => {
          setChosen(value as StripView)
          setActive(0)
        }}
        data={views.map((value) => ({ value, label: VIEW_LABELS[value] }))}
      />
      <p id={helpId} className={classes.help}>
        {VIEW_HELP[view]} {hasLosses ? summarise(cells, view) : null}
      </p>
      {hasLosses ? null : (
        <p className={classes.help}>
          The losses of these tokens are no longer in the request cache. Compute this row again to
          see them; its values above remain.
        </p>
      )}
      {strip.joint.texts === null ? (
        <p className={classes.help}>
          The backend does not return the texts of tokens, so their ids are shown.
        </p>
      ) : null}
      <div
        ref={box}
        className={classes.tokens}
        role="toolbar"
        tabIndex={-1}
        aria-label={`${label}: ${VIEW_LABELS[view]}, ${cells.length} tokens`}
        aria-describedby={helpId}
        onKeyDown={onKeyDown}
      >
        {blocks.map((from) => (
          <div key={from} className={classes.block}>
            <Tokens
              cells={cells.slice(from, Math.min(shown, from + BLOCK_TOKENS))}
              from={from}
              view={view}
              active={current}
              onPoint={setActive}
            />
          </div>
        ))}
      </div>
      {cells.length > FIRST_TOKENS ? (
        <LinkButton onClick={() => setIsWhole(!isWhole)}>
          {isWhole
            ? `Show the first ${FIRST_TOKENS} tokens`
            : `Show all ${formatCount(cells.length)} tokens`}
        </LinkButton>
      ) : null}
      <div className={classes.foot}>
        <div className={classes.readout} aria-hidden="true">
          {cell
            ? `${current + 1} of ${cells.length}, id ${cell.id}: ${describeCell(cell, view)}; rank not kept`
            : null}
        </div>
        {hasLosses ? <Legend view={view} /> : null}
      </div>
      <HeatStripTable label={`${label}: ${VIEW_LABELS[view]}`} cells={cells} view={view} />
    </div>
  )
}
