'use client'

import { axisLabel } from '@/lib/figures/shared/points-text'
import type { PointsPrepared } from '@/lib/figures/shared/points'
import { Facets } from '../facets'
import classes from '../figures.module.css'
import { ArmLegend, PaperItem } from '../legend'
import { INK, LEVEL_TONES, toneCss } from '../palette'
import { BoxBar } from './box-bar'
import { PointPanelView } from './panel'

const PANEL_PX = 210

/** Two columns against each other: hexagons with counts, or points. */
export function Points({ prepared }: { prepared: PointsPrepared }) {
  const { rows, columns, panels, x, y } = prepared
  return (
    <>
      <Facets
        rows={rows}
        columns={columns}
        sharedY={panels.every((panel) => panel.y === undefined)}
        yLabel={axisLabel(y)}
        xLabel={axisLabel(x)}
        panelHeight={PANEL_PX}
        panels={panels}
        panel={(panel, box) => <PointPanelView prepared={prepared} panel={panel} box={box} />}
      />
      <BoxBar prepared={prepared} />
    </>
  )
}

/** What each tone of the hexagons counts, or the arms of the points. */
export function PointsLegend({ prepared }: { prepared: PointsPrepared }) {
  const { view, steps } = prepared
  if (view === 'points') {
    return (
      <>
        <ArmLegend prepared={prepared} kind="line" />
        {prepared.source ? <PaperItem kind="line" source={prepared.source} /> : null}
      </>
    )
  }
  return (
    <>
      <span className={classes.legendItem}>
        <span data-figure-text>Rows in a hexagon</span>
      </span>
      {steps.map((from, i) => {
        const next = steps[i + 1]
        const to = next === undefined ? ' or more' : next - 1 > from ? `–${next - 1}` : ''
        return (
          <span key={from} className={classes.legendItem}>
            <svg data-figure-mark width="14" height="12" aria-hidden>
              <rect
                x="0.75"
                y="0.75"
                width="12.5"
                height="10.5"
                fill={toneCss(LEVEL_TONES[i] ?? INK.none)}
                stroke={toneCss(INK.axis)}
              />
            </svg>
            <span data-figure-text>{`${from.toLocaleString('en-US')}${to}`}</span>
          </span>
        )
      })}
    </>
  )
}
