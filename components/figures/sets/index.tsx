'use client'

import type { OverlapPrepared } from '@/lib/figures/shared/overlap'
import { niceEnd } from '../axes'
import { BARE_X_AXIS_PX, Facets } from '../facets'
import classes from '../figures.module.css'
import { INK, toneCss } from '../palette'
import { heightOf, SetsPanel } from './panel'

// Labels, bars of the sets and a dozen intersections need this much.
const MIN_PANEL_PX = 300

/** Overlapping sets (UpSet): intersections as bars over a matrix of dots, sets as bars beside it. */
export function Sets({ prepared }: { prepared: OverlapPrepared }) {
  const { rows, columns, panels, sets, scale, axis, most } = prepared
  const highest = (of: typeof panels) =>
    niceEnd(
      Math.max(
        0,
        ...of.flatMap((panel) =>
          panel.counts
            .slice(0, most)
            .map((rowsOf) =>
              scale === 'share' ? (100 * rowsOf) / Math.max(1, panel.any) : rowsOf,
            ),
        ),
      ),
      3,
    )
  const shared = highest(panels)
  const largest = (of: typeof panels) => Math.max(1, ...of.flatMap(({ sizes }) => sizes))
  return (
    <Facets
      rows={rows}
      columns={columns}
      sharedY={false}
      yLabel={scale === 'share' ? 'Share of the rows in any set (%)' : 'Rows in exactly these sets'}
      xLabel=""
      panelHeight={heightOf(sets.length)}
      xAxisHeight={BARE_X_AXIS_PX}
      isFixed
      minPanel={MIN_PANEL_PX}
      panels={panels}
      panel={(panel, box) => {
        const of = axis === 'own' ? [panel] : panels
        return (
          <SetsPanel
            prepared={prepared}
            panel={panel}
            width={box.width}
            end={axis === 'own' ? highest(of) : shared}
            largest={largest(of)}
          />
        )
      }}
    />
  )
}

/** What dots and bars stand for. */
export function SetsLegend() {
  return (
    <span className={classes.legendItem}>
      <svg data-figure-mark width="26" height="12" aria-hidden>
        <path d="M6 6H20" stroke={toneCss(INK.text)} strokeWidth="2" />
        <circle cx="6" cy="6" r="4.5" fill={toneCss(INK.text)} />
        <circle cx="20" cy="6" r="4.5" fill={toneCss(INK.text)} />
      </svg>
      <span data-figure-text>in these sets and in no other</span>
    </span>
  )
}
