'use client'

import type { MatrixPrepared } from '@/lib/figures/shared/matrix'
import { BARE_X_AXIS_PX, Facets } from '../facets'
import classes from '../figures.module.css'
import { INK, LEVEL_TONES, toneCss } from '../palette'
import { HEAD_PX, LINE_PX, MatrixPanelView } from './panel'

/** Tables of numbers, toned by their size: one panel a row and column of the figure. */
export function Matrix({ prepared }: { prepared: MatrixPrepared }) {
  const { rows, columns, panels, xLabel, yLabel } = prepared
  const panelAt = (row: string, column: string) =>
    panels.find((one) => one.row === row && one.column === column)
  const lines = Math.max(1, ...panels.map(({ down }) => down.length))
  return (
    <Facets
      rows={rows}
      columns={columns}
      sharedY={false}
      yLabel={yLabel}
      xLabel={xLabel}
      panelHeight={HEAD_PX + lines * LINE_PX}
      xAxisHeight={BARE_X_AXIS_PX}
      isFixed
      has={(row, column) => panelAt(row, column) !== undefined}
      panel={(row, column, box) => {
        const panel = panelAt(row, column)
        return panel ? <MatrixPanelView prepared={prepared} panel={panel} box={box} /> : null
      }}
    />
  )
}

/** The tones from weak to strong, and what they stand for. */
export function MatrixLegend({ prepared }: { prepared: MatrixPrepared }) {
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
      <span data-figure-text>{prepared.toneText}</span>
    </span>
  )
}
