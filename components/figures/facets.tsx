'use client'

import { useElementSize } from '@mantine/hooks'
import type { ReactNode } from 'react'
import type { FacetAxis } from '@/lib/figures/types'
import classes from './figures.module.css'
import { useFigure } from './interaction'

// Narrower panels have no room for five level names; then panels wrap, as many side by side as have room.
const MIN_PANEL_PX = 190
const GAP_PX = 14
export const Y_AXIS_PX = 40
export const X_AXIS_PX = 22
/** Room of an x axis without labels; added to the panel, so that all plots are of one height. */
export const BARE_X_AXIS_PX = 8

// A printed panel is never narrower or lower than this; then the figure is higher than a page, and the export says so.
const MIN_PRINT_PX = 140
const MIN_PLOT_PX = 64
// Legend, notes and axis titles of a printed figure, above and below its panels.
const AROUND_PX = 150
// Heading of a wrapped panel.
const HEADING_PX = 24

/**
 * Returns how many panels stand side by side and how high their plots are, so that a printed figure fits a page: as they
 * are on screen where that fits, else more of them in a line, and lower ones.
 *
 * @internal
 */
export function fitToPage(
  {
    panels,
    across,
    plot,
    around,
  }: { panels: number; across: number; plot: number; around: number },
  { width, pageHeight }: { width: number; pageHeight: number },
): { across: number; plot: number } {
  const most = Math.max(across, Math.floor((width + GAP_PX) / (MIN_PRINT_PX + GAP_PX)))
  const plotAt = (n: number) =>
    Math.floor((pageHeight - AROUND_PX) / Math.ceil(panels / n)) - around
  for (let n = across; n <= most; n += 1) {
    if (plotAt(n) >= Math.min(plot, MIN_PLOT_PX * 1.5))
      return { across: n, plot: Math.min(plot, plotAt(n)) }
  }
  return { across: most, plot: Math.min(plot, Math.max(MIN_PLOT_PX, plotAt(most))) }
}

/**
 * Returns how high the plots of a printed grid are, so that its rows fit a page: as on screen where that fits, else lower.
 *
 * @internal
 */
export function gridPlot(
  { rows, plot, around }: { rows: number; plot: number; around: number },
  pageHeight: number,
): number {
  const room = Math.floor((pageHeight - AROUND_PX) / Math.max(1, rows)) - around
  return Math.min(plot, Math.max(MIN_PLOT_PX, room))
}

/** Size of one panel and which of its axes carry labels. */
export interface PanelBox {
  width: number
  height: number
  showX: boolean
  showY: boolean
}

interface FacetsProps<Panel> {
  rows: readonly FacetAxis[]
  columns: readonly FacetAxis[]
  /** Whether all panels share the y axis, so that its labels stand once a row. */
  sharedY: boolean
  yLabel: string
  xLabel: string
  panelHeight: number
  xAxisHeight?: number
  /** Width that the axes of a panel need at least. */
  minPanel?: number
  /** Height of what stands below a panel as long as it is not lowered. */
  below?: number
  /** Whether panels cannot be drawn lower or narrower than they are, for instance because they hold text. */
  isFixed?: boolean
  /** Those that there are; the lowest one of a column carries the labels of the x axis. */
  panels: readonly Panel[]
  /** Draws a panel. */
  panel(panel: Panel, box: PanelBox): ReactNode
}

function Heading({ text, level }: { text: string; level: 'column' | 'row' }) {
  return (
    <div className={level === 'column' ? classes.columnHead : classes.rowHead}>
      <span data-figure-text>{text}</span>
    </div>
  )
}

/** Small multiples: seed sets across, rounds downwards; panels below each other where the room is narrow. */
export function Facets<Panel extends { row: string; column: string }>(props: FacetsProps<Panel>) {
  const {
    rows,
    columns,
    sharedY,
    yLabel,
    xLabel,
    panelHeight,
    xAxisHeight = X_AXIS_PX,
    minPanel = MIN_PANEL_PX,
    below = 0,
    isFixed = false,
    panels,
    panel,
  } = props
  const panelAt = (row: string, column: string) =>
    panels.find((one) => one.row === row && one.column === column)
  const has = (row: string, column: string) => panelAt(row, column) !== undefined
  const { ref, width } = useElementSize()
  const k = Math.max(1, columns.length)
  const extra = sharedY ? Y_AXIS_PX : 0
  const base = Math.floor((width - GAP_PX * (k - 1) - extra) / k)
  const onScreen = {
    panels: columns.flatMap(({ key }) => rows.filter((row) => has(row.key, key))).length,
    across: Math.max(1, Math.floor((width + GAP_PX) / (minPanel + GAP_PX))),
    plot: panelHeight,
    around: xAxisHeight + HEADING_PX + below,
  }
  const { pageHeight } = useFigure()
  const page = isFixed || width === 0 ? undefined : pageHeight
  const grid = { rows: rows.length, plot: panelHeight, around: onScreen.around }
  const lower = page === undefined ? panelHeight : gridPlot(grid, page)
  // Until the room is measured the places of a grid are kept free.
  const isMeasured = width > 0
  const isGrid = k === 1 ? lower === panelHeight : !isMeasured || base >= minPanel
  const { across, plot } =
    page !== undefined && !isGrid
      ? fitToPage(onScreen, { width, pageHeight: page })
      : { ...onScreen, plot: lower }
  const wrapped = Math.max(0, Math.floor((width + GAP_PX) / across) - GAP_PX)
  const height = (isLast: boolean) => plot + (isLast ? xAxisHeight : BARE_X_AXIS_PX)
  const isNamed = rows.length > 1 || (rows[0]?.label ?? '') !== ''

  return (
    <div ref={ref} aria-busy={!isMeasured}>
      <div className={classes.axisTitle}>
        <span data-figure-text>{yLabel}</span>
      </div>
      {isGrid ? (
        <>
          {k > 1 || (columns[0]?.label ?? '') !== '' ? (
            <div className={classes.panelRow} style={{ gap: GAP_PX, paddingLeft: extra }}>
              {columns.map((column) => (
                <div key={column.key} style={{ width: Math.max(0, base) }}>
                  <Heading text={column.label} level="column" />
                </div>
              ))}
            </div>
          ) : null}
          {rows.map((row, r) => {
            const isLowest = (column: string) =>
              has(row.key, column) && !rows.slice(r + 1).some((below) => has(below.key, column))
            const rowHeight = height(columns.some((column) => isLowest(column.key)))
            return (
              <div key={row.key}>
                {isNamed ? <Heading text={row.label} level="row" /> : null}
                <div className={classes.panelRow} style={{ gap: GAP_PX, minHeight: rowHeight }}>
                  {columns.map((column, c) => {
                    const showY = !sharedY || c === 0
                    const showX = isLowest(column.key)
                    const found = isMeasured ? panelAt(row.key, column.key) : undefined
                    const box = {
                      width: base + (sharedY && c === 0 ? extra : 0),
                      height: height(showX),
                      showX,
                      showY,
                    }
                    return (
                      <div key={column.key} style={{ width: Math.max(0, box.width) }}>
                        {found ? panel(found, box) : null}
                      </div>
                    )
                  })}
                </div>
              </div>
            )
          })}
        </>
      ) : (
        <div className={classes.panelRow} style={{ flexWrap: 'wrap', columnGap: GAP_PX }}>
          {columns.flatMap((column) =>
            rows.flatMap((row) => {
              const found = panelAt(row.key, column.key)
              return found ? (
                <div
                  key={`${column.key}/${row.key}`}
                  style={{ width: wrapped, minHeight: height(true) + HEADING_PX }}
                >
                  <Heading
                    text={`${column.label}${row.label ? ` · ${row.label}` : ''}`}
                    level="row"
                  />
                  {panel(found, {
                    width: wrapped,
                    height: height(true),
                    showX: true,
                    showY: true,
                  })}
                </div>
              ) : (
                []
              )
            }),
          )}
        </div>
      )}
      <div className={classes.xTitle}>
        <span data-figure-text>{xLabel}</span>
      </div>
    </div>
  )
}
