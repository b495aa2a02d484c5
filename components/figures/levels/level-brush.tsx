'use client'

import { useEffect, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { useActiveTooltipLabel, usePlotArea } from 'recharts'
import { levelAxis, type DifficultyLevelsPrepared } from '@/lib/figures/shared/levels'
import { Y_AXIS_PX, type PanelBox } from '../facets'
import classes from '../figures.module.css'
import { useFigure } from '../interaction'
import { MarkedBand } from '../marked-band'
import { useRangeMark } from '../range-mark'

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

/** The marked levels behind the bars of a panel. */
export function MarkedLevels(props: Along) {
  const axis = axisAlong(props)
  const { range } = useRangeMark(axis?.column ?? null)
  const area = usePlotArea()
  if (!axis || !range || !area) return null
  const inside = axis.edges.flatMap((level, i) => (level >= range[0] && level <= range[1] ? i : []))
  const step = area.width / props.names.length
  const from = area.x + step * (inside[0] ?? 0)
  return <MarkedBand from={from} to={from + step * inside.length} />
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
  const { mark, release, cancel } = useRangeMark(axis?.column ?? null)
  const anchor = useRef<number | null>(null)
  const isDragged = useRef(false)
  const { store } = useFigure()
  if (!axis) return children
  const last = axis.edges.length - 1
  const markFrom = (a: number, b: number) =>
    mark([axis.edges[Math.min(a, b)] as number, axis.edges[Math.max(a, b)] as number])
  const placeOf = (event: PointerEvent<HTMLDivElement>) => {
    const left = box.showY ? Y_AXIS_PX : 1
    const { left: start } = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - start - left) / (box.width - left - MARGIN_PX)
    return clamp(Math.floor(share * names.length), last)
  }
  const letGo = () => {
    const wasMarked = isDragged.current
    anchor.current = null
    if (wasMarked) release()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (event.key === 'Escape') {
      anchor.current = null
      isDragged.current = false
      cancel()
    }
    if (step === undefined || !event.shiftKey) return
    const here = clamp(store.get().at ?? 0, last)
    anchor.current ??= here
    isDragged.current = true
    markFrom(anchor.current, clamp(here + step, last))
  }
  return (
    <div
      className={classes.levelBrush}
      role="presentation"
      onPointerDown={(event) => {
        isDragged.current = false
        anchor.current = event.button === 0 ? placeOf(event) : null
      }}
      onPointerMove={(event) => {
        const at = placeOf(event)
        if (event.buttons !== 1 || anchor.current === null) return
        if (!isDragged.current && at === anchor.current) return
        isDragged.current = true
        event.currentTarget.setPointerCapture(event.pointerId)
        markFrom(anchor.current, at)
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onClickCapture={(event) => {
        if (isDragged.current) event.stopPropagation()
        isDragged.current = false
      }}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => {
        if (event.key !== 'Shift' || anchor.current === null) return
        letGo()
        isDragged.current = false
      }}
    >
      {children}
    </div>
  )
}
