'use client'

import type { MatrixPrepared } from '@/lib/figures/shared/matrix'
import { BARE_X_AXIS_PX, Facets } from '../facets'
import classes from '../figures.module.css'
import { INK, LEVEL_TONES, toneCss } from '../palette'
import { useFigure } from '../interaction'
import { HEAD_PX, LINE_PX, MatrixPanelView } from './panel'

// A line of text under a table.
const CAPTION_PX = 18

/** Tables of numbers, toned by their size: one panel a row and column of the figure. */
export function Matrix({ prepared }: { prepared: MatrixPrepared }) {
  const { rows, columns, panels, xLabel, yLabel } = prepared
  const lines = Math.max(1, ...panels.map(({ down }) => down.length))
  const below = Math.max(0, ...panels.map(({ captions }) => captions.length)) * CAPTION_PX
  return (
    <Facets
      rows={rows}
      columns={columns}
      sharedY={false}
      yLabel={yLabel}
      xLabel={xLabel}
      panelHeight={HEAD_PX + lines * LINE_PX}
      xAxisHeight={BARE_X_AXIS_PX}
      below={below}
      isFixed={!prepared.isNumbered}
      panels={panels}
      panel={(panel, box) => <MatrixPanelView prepared={prepared} panel={panel} box={box} />}
    />
  )
}

/** The tones from weak to strong, and what they stand for. */
export function MatrixLegend({ prepared }: { prepared: MatrixPrepared }) {
  const isPrinted = useFigure().pageHeight !== undefined
  const [first] = prepared.panels
  const numbers = first?.down.map((name, i) => `${i + 1} ${name}`).join(', ')
  return (
    <span className={classes.legendItem}>
      <svg data-figure-mark width={14 * LEVEL_TONES.length} height="12" aria-hidden>
        {LEVEL_TONES.map((tone, i) => (
          <rect
            key={tone.light}
            x={14 * i + 0.5}
            y="0.5"
            width="13"
            height="11"
            fill={toneCss(tone)}
            stroke={toneCss(INK.axis)}
          />
        ))}
      </svg>
      <span data-figure-text>
        {prepared.toneText}
        {isPrinted && prepared.isNumbered && numbers
          ? `. ${numbers}. Tests of each table are in its CSV.`
          : ''}
      </span>
    </span>
  )
}
