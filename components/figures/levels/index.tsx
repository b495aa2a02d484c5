'use client'

import {
  levelAxis,
  type DifficultyLevelsPrepared,
  type LevelPanel,
} from '@/lib/figures/shared/levels'
import { niceEnd } from '../axes'
import { Facets } from '../facets'
import { DifferencePanel } from './difference'
import { RangeBar } from '../range-bar'
import { GroupedPanel } from './grouped'
import { heightOf } from './parts'
import { StackedPanel } from './stacked'

const PANEL_PX = 132
// Two lines of level names.
const X_AXIS_PX = 34

function highest(prepared: DifficultyLevelsPrepared, panels: readonly LevelPanel[]): number {
  const { heights, intervals } = prepared
  const isCount = heights === 'count'
  const ends = panels.flatMap(({ bars }) =>
    bars.flatMap(({ mix, published }) =>
      [...mix.levels, mix.none, ...(isCount ? [] : (published?.levels ?? []))].map((share) => {
        const { top, high } = heightOf(prepared, share, mix.asked)
        return intervals && share.count > 0 ? high : top
      }),
    ),
  )
  const end = niceEnd(Math.max(1, ...ends))
  return isCount ? end : Math.min(100, end)
}

function mostAsked(panels: readonly LevelPanel[]): number {
  return niceEnd(Math.max(1, ...panels.flatMap(({ bars }) => bars.map(({ mix }) => mix.asked))))
}

function largestDifference(panels: readonly LevelPanel[]): number {
  const ends = panels.flatMap((panel) =>
    panel.differences.flatMap((one) =>
      one.levels.flatMap((level) => [Math.abs(level.low), Math.abs(level.high)]),
    ),
  )
  return Math.min(100, niceEnd(Math.max(10, ...ends), 4))
}

/** Difficulty levels: rounds downwards, seed sets across, arms as bars. */
export function DifficultyLevels({ prepared }: { prepared: DifficultyLevelsPrepared }) {
  const { view, axis, panels, rows, columns } = prepared
  const isCount = prepared.heights === 'count'
  const isShared = axis === 'shared' || (view === 'stacked' && !isCount)
  const shares = isCount ? 'Rows' : 'Share of rows (%)'
  const label = view === 'difference' ? 'Difference of shares (points)' : shares
  const shown =
    view === 'difference' ? panels.filter((panel) => panel.differences.length > 0) : panels
  const shownRows = rows.filter((row) => shown.some((panel) => panel.row === row.key))
  const ordinals = levelAxis(prepared)
  const inRange = ([from, to]: readonly [number, number]) =>
    (ordinals?.edges ?? []).flatMap((level, i) => (level >= from && level <= to ? [i] : []))
  return (
    <>
      <Facets
        rows={shownRows}
        columns={columns}
        sharedY={isShared}
        yLabel={label}
        xLabel=""
        panelHeight={PANEL_PX}
        xAxisHeight={view === 'stacked' ? 22 : X_AXIS_PX}
        panels={shown}
        panel={(panel, box) => {
          const scope = isShared ? panels : [panel]
          const common = { prepared, panel, box }
          if (view === 'stacked') {
            return (
              <StackedPanel {...common} yEnd={isCount ? mostAsked(scope) : 100} xAxisHeight={22} />
            )
          }
          if (view === 'difference') {
            const yEnd = largestDifference(scope)
            return <DifferencePanel {...common} yEnd={yEnd} xAxisHeight={X_AXIS_PX} />
          }
          const yEnd = highest(prepared, scope)
          return <GroupedPanel {...common} yEnd={yEnd} xAxisHeight={X_AXIS_PX} />
        }}
      />
      {ordinals ? (
        <RangeBar
          prepared={prepared}
          column={ordinals.column}
          unitName="rows"
          name={(range) => {
            const names = inRange(range).map((i) => prepared.levels[i])
            return [...new Set([names[0], names.at(-1)])].join(' to ')
          }}
          countOf={(arm, range) =>
            panels
              .flatMap(({ bars }) => bars.filter((bar) => bar.arm === arm))
              .flatMap(({ mix }) => inRange(range).map((i) => mix.levels[i]?.count ?? 0))
              .reduce((sum, count) => sum + count, 0)
          }
        />
      ) : null}
    </>
  )
}
