'use client'

import type { DifficultyLevelsPrepared } from '@/lib/figures/shared/levels'
import type { PreparedCommon } from '@/lib/figures/types'
import classes from './figures.module.css'
import { useFigure } from './interaction'
import { ArmPatterns, Swatch } from './marks'
import { INK, LEVEL_TONES, toneCss } from './palette'

function rowsText(prepared: PreparedCommon, arm: string): string {
  const counts = prepared.counts.filter((entry) => entry.arm === arm)
  const valued = counts.reduce((sum, entry) => sum + entry.valued, 0)
  const n = valued.toLocaleString('en-US')
  return prepared.counted ? `${n} result${valued === 1 ? '' : 's'}` : `n ${n}`
}

function Box({ fill, stroke, prefix }: { fill: string; stroke: string; prefix: string }) {
  return (
    <svg data-figure-mark width="14" height="12" aria-hidden>
      <ArmPatterns prefix={prefix} arms={[]} />
      <rect x="0.75" y="0.75" width="12.5" height="10.5" fill={fill} stroke={stroke} />
    </svg>
  )
}

/** Arms with their number of values. */
export function ArmLegend({ prepared, kind }: { prepared: PreparedCommon; kind: 'bar' | 'line' }) {
  const { idPrefix } = useFigure()
  return (
    <>
      {prepared.arms.map((arm) => (
        <span key={arm.key} className={classes.legendItem}>
          <Swatch arm={arm} kind={kind} prefix={`${idPrefix}-legend-${arm.colorIndex ?? 's'}`} />
          <span data-figure-text>{arm.label}</span>
          {prepared.counts.some((entry) => entry.arm === arm.key) ? (
            <span className={classes.count} data-figure-text>
              {rowsText(prepared, arm.key)}
            </span>
          ) : null}
        </span>
      ))}
    </>
  )
}

/** Legend sample of published values. */
export function PaperItem({ kind, source }: { kind: 'bar' | 'line'; source: string }) {
  const ink = toneCss(INK.text)
  return (
    <span className={classes.legendItem}>
      <svg data-figure-mark width="16" height="12" aria-hidden>
        {kind === 'bar' ? (
          <rect x="1.5" y="1.5" width="13" height="9" fill="none" stroke={ink} strokeWidth="1.25" />
        ) : (
          <>
            <path d="M0 6H16" stroke={ink} strokeWidth="1.2" />
            <circle cx="8" cy="6" r="4" fill="none" stroke={ink} strokeWidth="1.5" />
          </>
        )}
      </svg>
      <span data-figure-text>Published ({source})</span>
    </span>
  )
}

/** Legend of the difficulty figure: arms, or levels where the bars are stacked. */
export function LevelsLegend({ prepared }: { prepared: DifficultyLevelsPrepared }) {
  const { idPrefix } = useFigure()
  const { view, levels, overlay, names } = prepared
  const none = `${idPrefix}-legend-none`
  const hasNone = prepared.panels.some((panel) => panel.bars.some((bar) => bar.mix.none.count > 0))
  return (
    <>
      {view === 'stacked' ? (
        levels.map((level, i) => {
          const tone = LEVEL_TONES[i]
          return tone ? (
            <span key={level} className={classes.legendItem}>
              <Box fill={toneCss(tone)} stroke={toneCss(INK.axis)} prefix={`${none}-${i}`} />
              <span data-figure-text>{level}</span>
            </span>
          ) : null
        })
      ) : (
        <ArmLegend prepared={prepared} kind="bar" />
      )}
      {hasNone && view !== 'difference' ? (
        <span className={classes.legendItem}>
          <Box fill={`url(#${none}-none)`} stroke={toneCss(INK.none)} prefix={none} />
          <span data-figure-text>{names.legend}</span>
        </span>
      ) : null}
      {overlay.shown && overlay.cells > 0 && view === 'grouped' && prepared.heights !== 'count' ? (
        <PaperItem kind="bar" source={overlay.source} />
      ) : null}
    </>
  )
}
