'use client'

import { useEffect, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { useActiveTooltipLabel, usePlotArea } from 'recharts'
import { levelAxis, type DifficultyLevelsPrepared } from '@/lib/figures/shared/levels'
import { Y_AXIS_PX, type PanelBox } from '../facets'
import classes from '../figures.module.css'
import { useFigure } from '../interaction'
import { MarkedBand } from '../marked-band'
import { endsAfterKey, endsAt, useRangeMark, type RangeEnds } from '../range-mark'

const clamp = (value: number, high: number) => Math.min(high, Math.max(0, value))

interface Along {
  prepared: DifficultyLevelsPrepared
  /** Names along x, levels first. */
  names: readonly string[]
}

/** The axis of levels, where they stand along x. */
function axisAlong({ prepared, names }: Along) {
  return names[0] === prepared.levels[0] ? levelAxis(prepared) : null
}

/** First and last place of the levels in a range. */
function placesIn(levels: readonly number[], [from, to]: readonly [number, number]): RangeEnds {
  return [levels.findIndex((level) => level >= from), levels.findLastIndex((level) => level <= to)]
}

/** The marked levels behind the bars of a panel. */
export function MarkedLevels(props: Along) {
  const axis = axisAlong(props)
  const area = usePlotArea()
  if (!axis || !area) return null
  const step = area.width / props.names.length
  return (
    <MarkedBand
      place={(range) => {
        const [first, last] = placesIn(axis.edges, range)
        return [area.x + step * first, area.x + step * (last + 1)]
      }}
    />
  )
}

/** Tells the figure which place along x pointer or keys have reached. */
export function ReachedPlace({ names }: { names: readonly string[] }) {
  const { store } = useFigure()
  const label = useActiveTooltipLabel()
  const at = label === undefined ? -1 : names.indexOf(String(label))
  useEffect(() => store.set({ at: at < 0 ? null : at }), [store, at])
  return null
}

interface LevelBrushProps extends Along {
  box: PanelBox
  children: ReactNode
}

// Room of the chart to the right of its bars.
const MARGIN_PX = 2

/** Dragging over the levels of a panel, or Shift with the arrow keys, marks them in every panel; a click stays with the bars. */
export function LevelBrush({ prepared, box, names, children }: LevelBrushProps) {
  const axis = axisAlong({ prepared, names })
  const { range, mark, release, cancel } = useRangeMark(axis?.column ?? null)
  const ends = useRef<RangeEnds | null>(null)
  const isDragged = useRef(false)
  const { store } = useFigure()
  if (!axis) return children
  const last = axis.edges.length - 1
  const markEnds = (next: RangeEnds) => {
    ends.current = next
    isDragged.current = true
    mark([axis.edges[Math.min(...next)] as number, axis.edges[Math.max(...next)] as number])
  }
  const placeOf = (event: PointerEvent<HTMLDivElement>) => {
    const left = box.showY ? Y_AXIS_PX : 1
    const { left: start } = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - start - left) / (box.width - left - MARGIN_PX)
    return clamp(Math.floor(share * names.length), last)
  }
  const letGo = () => {
    const wasMarked = isDragged.current
    ends.current = null
    if (wasMarked) release()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      ends.current = null
      isDragged.current = false
      cancel()
    }
    if (!event.shiftKey) return
    const marked = range()
    const here = clamp(store.get().at ?? 0, last)
    const from = ends.current ?? endsAt(here, marked && placesIn(axis.edges, marked))
    const next = endsAfterKey(event.key, from, last)
    if (!next) return
    event.preventDefault()
    markEnds(next)
  }
  return (
    <div
      className={classes.levelBrush}
      role="presentation"
      onPointerDown={(event) => {
        isDragged.current = false
        const at = placeOf(event)
        ends.current = event.button === 0 ? [at, at] : null
      }}
      onPointerMove={(event) => {
        const at = placeOf(event)
        if (event.buttons !== 1 || ends.current === null) return
        const [anchor] = ends.current
        if (!isDragged.current && at === anchor) return
        event.currentTarget.setPointerCapture(event.pointerId)
        markEnds([anchor, at])
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onClickCapture={(event) => {
        if (isDragged.current) event.stopPropagation()
        isDragged.current = false
      }}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => {
        if (event.key !== 'Shift' || ends.current === null) return
        letGo()
        isDragged.current = false
      }}
    >
      {children}
    </div>
  )
}
