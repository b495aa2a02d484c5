'use client'

import { useRef } from 'react'
import type { PointAxis, PointPanel, PointsPrepared } from '@/lib/figures/shared/points'
import { axesIn, panelName, shareOn } from '@/lib/figures/shared/points-text'
import { short3 } from '@/lib/figures/shared/text'
import { groupKey } from '@/lib/figures/shared/tiles'
import { logTicks, ticksBetween } from '../axes'
import { standBack, useBrushPreview } from '../brush'
import { BARE_X_AXIS_PX, X_AXIS_PX, Y_AXIS_PX, type PanelBox } from '../facets'
import { LETTER_PX } from '../fitting'
import { useFigure } from '../interaction'
import { armCss, armMarker, INK, LEVEL_TONES, markerPath, toneCss } from '../palette'
import { BoxLayer, type Frame } from './box-layer'
import { SetDots } from './set-dots'

const TOP_PX = 6
const RIGHT_PX = 10
const TICK_PX = 11
const POINT_PX = 2

function ticksOf({ scale, from, to }: PointAxis): number[] {
  return scale === 'log' ? logTicks(from, to, 5) : ticksBetween(from, to, 5)
}

/** Returns the outline of each hexagon of a panel. */
function outlinesOf(
  cells: readonly number[],
  [across, down]: readonly [number, number],
  { left, top, width, height }: Frame,
): string[] {
  const dx = width / across / 2
  const dy = height / down / 3
  return Array.from({ length: cells.length / 3 }, (_, i) => {
    const [column = 0, row = 0] = cells.slice(3 * i)
    const x = left + ((column + (row & 1) / 2) / across) * width
    const y = top + height - (row / down) * height
    const at = (px: number, py: number) => `${(x + px).toFixed(1)} ${(y + py).toFixed(1)}`
    return `M${at(0, -2 * dy)}L${at(dx, -dy)}L${at(dx, dy)}L${at(0, 2 * dy)}L${at(-dx, dy)}L${at(-dx, -dy)}Z`
  })
}

/** Returns the path of all hexagons of each tone, by how many rows are in them; those without rows are left out. */
function pathsOf(
  outlines: readonly string[],
  steps: readonly number[],
  counts: (i: number) => number,
) {
  const paths = steps.map((): string[] => [])
  outlines.forEach((outline, i) => {
    const n = counts(i)
    if (n > 0) paths[stepOf(steps, n)]?.push(outline)
  })
  return paths.map((parts) => parts.join(''))
}

function stepOf(steps: readonly number[], n: number): number {
  let step = 0
  while (step < steps.length - 1 && n >= (steps[step + 1] as number)) step += 1
  return step
}

interface MarksProps {
  prepared: PointsPrepared
  panel: PointPanel
  frame: Frame
}

/** Hexagons toned by their rows; while a range is marked in another figure they stand back behind those of its rows. */
function Hexagons({ prepared, panel, frame }: MarksProps) {
  const { steps, lattice } = prepared
  const { row, column, cells } = panel
  const outlines = outlinesOf(cells, lattice, frame)
  const full = useRef<SVGGElement>(null)
  const marked = useRef<SVGGElement>(null)
  useBrushPreview((counts) => {
    standBack(full.current, counts !== null)
    const own = counts?.of(groupKey(row, column, '')) ?? []
    pathsOf(outlines, steps, (i) => own[i] ?? 0).forEach((path, step) =>
      marked.current?.children[step]?.setAttribute('d', path),
    )
  }, full)
  const tone = (step: number) => toneCss(LEVEL_TONES[step] ?? INK.none)
  return (
    <>
      <g ref={full}>
        {pathsOf(outlines, steps, (i) => cells[3 * i + 2] ?? 0).map((path, step) => (
          <path key={steps[step]} d={path} fill={tone(step)} />
        ))}
      </g>
      <g ref={marked} data-figure-skip>
        {steps.map((from, step) => (
          <path key={from} data-brushed={from} fill={tone(step)} />
        ))}
      </g>
    </>
  )
}

function Dots({ prepared, panel, frame }: MarksProps) {
  const { arms } = prepared
  const { x, y } = axesIn(prepared, panel)
  const colorIndex = arms.find((arm) => arm.key === panel.arm)?.colorIndex ?? null
  const marker = armMarker(colorIndex)
  const paths: string[] = []
  for (let i = 0; i < panel.points.length; i += 2) {
    const atX = frame.left + shareOn(x, panel.points[i] as number) * frame.width
    const atY = frame.top + (1 - shareOn(y, panel.points[i + 1] as number)) * frame.height
    paths.push(markerPath(marker, Number(atX.toFixed(1)), Number(atY.toFixed(1)), POINT_PX))
  }
  return <path d={paths.join('')} fill={armCss(colorIndex)} fillOpacity="0.55" />
}

function Axes({ x, y, frame, box }: { x: PointAxis; y: PointAxis; frame: Frame; box: PanelBox }) {
  const { left, top, width, height } = frame
  const bottom = top + height
  const text = { fill: toneCss(INK.dim), fontSize: TICK_PX }
  return (
    <>
      {ticksOf(y).map((tick) => {
        const at = bottom - shareOn(y, tick) * height
        return (
          <g key={tick}>
            <path d={`M${left} ${at.toFixed(1)}h${width}`} stroke={toneCss(INK.grid)} />
            {box.showY ? (
              <text x={left - 5} y={at + 4} textAnchor="end" {...text}>
                {short3(tick)}
              </text>
            ) : null}
          </g>
        )
      })}
      <path d={`M${left} ${bottom}h${width}`} stroke={toneCss(INK.axis)} />
      {box.showX
        ? ticksOf(x).map((tick) => (
            <text
              key={tick}
              x={left + shareOn(x, tick) * width}
              y={bottom + 16}
              textAnchor="middle"
              {...text}
            >
              {short3(tick)}
            </text>
          ))
        : null}
    </>
  )
}

/** One panel: the rows of an evolver, of a cell or of all, with its rank correlation. */
export function PointPanelView(props: {
  prepared: PointsPrepared
  panel: PointPanel
  box: PanelBox
}) {
  const { prepared, panel } = props
  // Labels stand at every panel whose axis is its own.
  const box = { ...props.box, showX: props.box.showX || panel.x !== undefined }
  const left = box.showY ? Y_AXIS_PX : 9
  const frame: Frame = {
    left,
    top: TOP_PX,
    width: Math.max(1, box.width - left - RIGHT_PX),
    height: Math.max(1, box.height - TOP_PX - (box.showX ? X_AXIS_PX : BARE_X_AXIS_PX)),
  }
  const title = panelName(prepared, panel) || 'All rows'
  const isPrinted = useFigure().pageHeight !== undefined
  const heading = (name: string) => {
    const rho = panel.spearman === null ? 'no correlation' : `${name} ${panel.spearman.toFixed(3)}`
    return `${rho}, n ${panel.n.toLocaleString('en-US')}`
  }
  // A narrow printed panel has no room for the word: it would lie over the labels of the axis.
  const isNarrow = isPrinted && heading('Spearman').length * LETTER_PX > frame.width
  return (
    <svg
      data-figure-mark
      width={Math.max(0, box.width)}
      height={box.height}
      role="group"
      aria-label={title}
    >
      <Axes {...axesIn(prepared, panel)} frame={frame} box={box} />
      {prepared.view === 'hexbin' ? (
        <Hexagons prepared={prepared} panel={panel} frame={frame} />
      ) : (
        <Dots prepared={prepared} panel={panel} frame={frame} />
      )}
      <text
        x={frame.left + frame.width}
        y={frame.top + TICK_PX}
        textAnchor="end"
        fontSize={TICK_PX}
        fill={toneCss(INK.text)}
      >
        {panel.heading ?? heading(isNarrow ? 'ρ' : 'Spearman')}
      </text>
      {panel.sets ? (
        <SetDots prepared={prepared} panel={panel} frame={frame} />
      ) : (
        <BoxLayer prepared={prepared} panel={panel} frame={frame} title={title} />
      )}
    </svg>
  )
}
