'use client'

import { useElementSize } from '@mantine/hooks'
import { outcomeText, type OutcomeBar, type OutcomesPrepared } from '@/lib/figures/win-tie-lose'
import { niceTicks } from '../axes'
import classes from '../figures.module.css'
import { useFigure } from '../interaction'
import { PlainMark } from '../plain-mark'
import { INK, OUTCOME_TONES, SURFACE, toneCss } from '../palette'

const OUTCOMES = ['win', 'tie', 'lose'] as const
type Outcome = (typeof OUTCOMES)[number]
const NAMES: Record<Outcome, string> = { win: 'Win', tie: 'Tie', lose: 'Lose' }

const BAR_PX = 20
const ROW_PX = 46
const TICK_PX = 11
// Narrower segments have no room for their number.
const NUMBER_PX = 26

const hatchId = (prefix: string) => `${prefix}-lose`

/** Losses are hatched, so that they stay apart from wins in greyscale. */
function LoseHatch({ prefix }: { prefix: string }) {
  return (
    <defs>
      <pattern id={hatchId(prefix)} width="7" height="7" patternUnits="userSpaceOnUse">
        <rect width="7" height="7" fill={toneCss(OUTCOME_TONES.lose)} />
        <path
          d="M-1 1L1 -1M0 7L7 0M6 8L8 6"
          stroke={toneCss(SURFACE)}
          strokeOpacity="0.35"
          strokeWidth="1"
        />
      </pattern>
    </defs>
  )
}

function fillOf(outcome: Outcome, prefix: string): string {
  return outcome === 'lose' ? `url(#${hatchId(prefix)})` : toneCss(OUTCOME_TONES[outcome])
}

interface BarProps {
  bar: OutcomeBar
  panel: string
  top: number
  /** Returns where a count of the bar stands. */
  x(count: number): number
}

function Bar({ bar, panel, top, x }: BarProps) {
  const { idPrefix } = useFigure()
  const trained =
    bar.trained === null ? '' : `, ${bar.trained.toLocaleString('en-US')} training rows`
  const starts = { win: 0, tie: bar.win, lose: bar.win + bar.tie }
  const items = [
    ...OUTCOMES.map((outcome) => ({
      key: outcome,
      label: NAMES[outcome],
      colorIndex: null,
      text: `${bar[outcome].toLocaleString('en-US')} of ${bar.n.toLocaleString('en-US')}`,
    })),
    { key: 'test', label: 'Wins without ties', colorIndex: null, text: outcomeText(bar) },
  ]
  return (
    <PlainMark
      readout={{ title: `${panel}, ${bar.label}${trained}`, items }}
      selection={bar.selection}
    >
      <text x="0" y={top + 12} fill={toneCss(INK.text)} fontSize={TICK_PX + 1}>
        {bar.label}
        {trained}
        <tspan fill={toneCss(INK.dim)}>{`  ·  ${outcomeText(bar)}`}</tspan>
      </text>
      {OUTCOMES.map((outcome) => {
        const left = x(starts[outcome])
        const width = x(starts[outcome] + bar[outcome]) - left
        return (
          <g key={outcome}>
            <rect
              x={left}
              y={top + 18}
              width={Math.max(0, width)}
              height={BAR_PX}
              fill={fillOf(outcome, idPrefix)}
              stroke={toneCss(SURFACE)}
            />
            {width >= NUMBER_PX ? (
              <text
                x={left + width / 2}
                y={top + 18 + BAR_PX / 2 + 4}
                textAnchor="middle"
                fill={toneCss(SURFACE)}
                fontSize={TICK_PX}
                fontWeight="600"
              >
                {bar[outcome].toLocaleString('en-US')}
              </text>
            ) : null}
          </g>
        )
      })}
    </PlainMark>
  )
}

/** Wins, ties and losses as stacked bars: one panel a benchmark and student, with the sign test above each bar. */
export function OutcomeBars({ prepared }: { prepared: OutcomesPrepared }) {
  const { ref, width } = useElementSize()
  const { idPrefix } = useFigure()
  const { panels, scale, axis } = prepared
  const most = (of: typeof panels) =>
    Math.max(1, ...of.flatMap(({ bars }) => bars.map(({ n }) => n)))
  const room = Math.max(0, width - 24)
  const axes = panels.map((panel) => {
    const end = scale === 'share' ? 100 : most(axis === 'own' ? [panel] : panels)
    return { ...panel, end, ticks: niceTicks(end, Math.max(2, Math.floor(room / 80))) }
  })
  return (
    <div ref={ref}>
      {axes.map(({ key, label, bars, end, ticks }) => (
        <div key={key}>
          <div className={classes.rowHead}>
            <span data-figure-text>{label}</span>
          </div>
          {width > 0 ? (
            <svg data-figure-mark width={width} height={bars.length * ROW_PX + 26}>
              <LoseHatch prefix={idPrefix} />
              {ticks.map((tick) => {
                const x = (tick / end) * room
                return (
                  <g key={tick}>
                    <path d={`M${x + 0.5} 0V${bars.length * ROW_PX}`} stroke={toneCss(INK.grid)} />
                    <text
                      x={x}
                      y={bars.length * ROW_PX + 16}
                      fill={toneCss(INK.dim)}
                      fontSize={TICK_PX}
                      textAnchor={tick === 0 ? 'start' : 'middle'}
                    >
                      {tick.toLocaleString('en-US')}
                    </text>
                  </g>
                )
              })}
              {bars.map((bar, at) => (
                <Bar
                  // Two comparisons of one file may have one name.
                  key={`${at}-${bar.label}`}
                  bar={bar}
                  panel={label}
                  top={at * ROW_PX}
                  x={(n) => ((scale === 'share' ? (100 * n) / Math.max(1, bar.n) : n) / end) * room}
                />
              ))}
            </svg>
          ) : null}
        </div>
      ))}
      <div className={classes.xTitle}>
        <span data-figure-text>{scale === 'share' ? 'Share of prompts (%)' : 'Prompts'}</span>
      </div>
    </div>
  )
}

/** Legend of outcomes. */
export function OutcomeLegend() {
  const { idPrefix } = useFigure()
  const prefix = `${idPrefix}-legend`
  return OUTCOMES.map((outcome) => (
    <span key={outcome} className={classes.legendItem}>
      <svg data-figure-mark width="14" height="12" aria-hidden>
        <LoseHatch prefix={prefix} />
        <rect width="14" height="12" fill={fillOf(outcome, prefix)} />
      </svg>
      <span data-figure-text>{NAMES[outcome]}</span>
    </span>
  ))
}
