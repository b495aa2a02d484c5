'use client'

import {
  hasSet,
  markName,
  markSelection,
  overlapSelection,
  type OverlapPanel,
  type OverlapPrepared,
} from '@/lib/figures/shared/overlap'
import { count, labelOf, percent } from '@/lib/figures/shared/text'
import { niceTicks } from '../axes'
import { useFigure } from '../interaction'
import { ArmPatterns, panelId, patternId } from '../marks'
import { armCss, INK, toneCss } from '../palette'
import { PlainMark } from '../plain-mark'
import { fitting, LETTER_PX } from '../fitting'

const BARS_PX = 132
const HEAD_PX = 16
const GAP_PX = 8
const SET_PX = 20
const FOOT_PX = 16
const TEXT_PX = 11
const DOT_PX = 4.5
const BAR_PX = 22
// Dots of narrower columns would touch; the columns that have no room are named below.
const NARROWEST_PX = 12
const WIDEST_PX = 48
// Widest share of the panel that names and bars of the sets take.
const NAMES_SHARE = 0.3
// Letters of a set's rows behind its name.
const SIZE_LETTERS = 8
const SIZES_SHARE = 0.16
const MOST_SIZES_PX = 110

/** Returns the height of a panel of this many sets. */
export function heightOf(sets: number): number {
  return HEAD_PX + BARS_PX + GAP_PX + sets * SET_PX + FOOT_PX
}

interface SetsPanelProps {
  prepared: OverlapPrepared
  panel: OverlapPanel
  width: number
  /** End of the axis of intersections, and rows of the largest set. */
  end: number
  largest: number
}

/** The columns that have room, and where they stand. */
function layoutOf({ sets, most }: OverlapPrepared, width: number) {
  const longest = LETTER_PX * Math.max(0, ...sets.map(({ label }) => label.length)) + 10
  const numbers = LETTER_PX * SIZE_LETTERS
  const hasNumbers = longest + numbers <= NAMES_SHARE * width
  const names = hasNumbers ? longest + numbers : Math.min(NAMES_SHARE * width, longest)
  const sizes = Math.min(MOST_SIZES_PX, SIZES_SHARE * width)
  const left = Math.max(56, sizes + names)
  const room = Math.max(NARROWEST_PX, width - left - 8)
  const shown = Math.min(most, Math.floor(room / NARROWEST_PX))
  const pitch = Math.min(WIDEST_PX, room / Math.max(1, shown))
  return { names, hasNumbers, sizes, left, shown, pitch }
}

/** One panel: bars of intersections, the matrix of dots, and bars of the sets. */
export function SetsPanel({ prepared, panel, width, end, largest }: SetsPanelProps) {
  const { idPrefix, patterns } = useFigure()
  const { sets, marks, scale, arms } = prepared
  const { names, hasNumbers, sizes, left, shown, pitch } = layoutOf(prepared, width)
  const title = [labelOf(prepared.columns, panel.column), labelOf(prepared.rows, panel.row)]
    .filter(Boolean)
    .join(', ')
  const id = panelId(idPrefix, panel.row, panel.column)
  const arm = arms.find(({ key }) => key === panel.arm)
  const fill = !arm
    ? toneCss(INK.text)
    : patterns || panel.partial
      ? `url(#${patternId(id, arm, panel.partial)})`
      : armCss(arm.colorIndex)
  const base = HEAD_PX + BARS_PX
  const matrix = base + GAP_PX
  const valueOf = (rows: number) =>
    scale === 'share' ? (100 * rows) / Math.max(1, panel.any) : rows
  const y = (value: number) => base - (BARS_PX * value) / end
  const xOf = (at: number) => left + (at + 0.5) * pitch
  const yOf = (bit: number) => matrix + (bit + 0.5) * SET_PX
  const shareText = (rows: number) =>
    `${count(rows)} rows, ${percent(rows / Math.max(1, panel.any))} of those in any set`
  const hidden = marks.length - shown
  const hiddenRows = panel.counts.slice(shown).reduce((sum, rows) => sum + rows, 0)
  return (
    <svg data-figure-mark width={Math.max(0, width)} height={heightOf(sets.length)}>
      {arm ? <ArmPatterns prefix={id} arms={[arm]} /> : null}
      {niceTicks(end, 3).map((tick) => (
        <g key={tick}>
          <path
            d={`M${left} ${Math.round(y(tick)) + 0.5}H${left + shown * pitch}`}
            stroke={toneCss(tick === 0 ? INK.axis : INK.grid)}
          />
          <text
            x={left - 6}
            y={y(tick) + 4}
            textAnchor="end"
            fontSize={TEXT_PX}
            fill={toneCss(INK.dim)}
          >
            {tick.toLocaleString('en-US')}
          </text>
        </g>
      ))}
      {sets.map(({ id: setId, label }, bit) => {
        const size = panel.sizes[bit] ?? 0
        const long = ((sizes - 4) * size) / largest
        const readout = {
          title: title ? `${title}: ${label}` : label,
          items: [
            { key: setId, label: 'In the set', colorIndex: null, text: `${count(size)} rows` },
          ],
        }
        return (
          <PlainMark
            key={setId}
            readout={readout}
            selection={overlapSelection(prepared, panel, (other) => (other === bit ? true : null))}
          >
            <rect
              x="0"
              y={yOf(bit) - SET_PX / 2}
              width={left + shown * pitch}
              height={SET_PX}
              fill={bit % 2 === 0 ? toneCss(INK.grid) : 'transparent'}
              fillOpacity="0.5"
            />
            <rect
              x={sizes - long}
              y={yOf(bit) - 6}
              width={long}
              height="12"
              fill={toneCss(INK.none)}
            />
            <text x={sizes + 5} y={yOf(bit) + 4} fontSize={TEXT_PX} fill={toneCss(INK.text)}>
              {hasNumbers ? label : fitting(label, names - 8)}
              {hasNumbers ? <tspan fill={toneCss(INK.dim)}>{` ${count(size)}`}</tspan> : null}
            </text>
          </PlainMark>
        )
      })}
      {marks.slice(0, shown).map((mark, at) => {
        const rows = panel.counts[at] ?? 0
        const own = sets.flatMap((_, bit) => (hasSet(mark, bit) ? [bit] : []))
        const wide = Math.min(BAR_PX, pitch - 3)
        const text = scale === 'share' ? valueOf(rows).toFixed(1) : count(rows)
        const readout = {
          title: title ? `${title}: ${markName(sets, mark)}` : markName(sets, mark),
          items: [
            {
              key: 'rows',
              label: 'In exactly these sets',
              colorIndex: null,
              text: shareText(rows),
            },
          ],
        }
        return (
          <PlainMark
            key={mark}
            readout={readout}
            selection={rows > 0 ? markSelection(prepared, panel, mark) : null}
          >
            <rect
              x={xOf(at) - pitch / 2}
              y="0"
              width={pitch}
              height={matrix + sets.length * SET_PX}
              fill="transparent"
            />
            <rect
              x={xOf(at) - wide / 2}
              y={y(valueOf(rows))}
              width={wide}
              height={Math.max(0, base - y(valueOf(rows)))}
              fill={fill}
            />
            {text.length * LETTER_PX + 2 <= pitch ? (
              <text
                x={xOf(at)}
                y={y(valueOf(rows)) - 4}
                textAnchor="middle"
                fontSize={TEXT_PX}
                fill={toneCss(INK.dim)}
              >
                {text}
              </text>
            ) : null}
            {own.length > 1 ? (
              <path
                d={`M${xOf(at)} ${yOf(own[0] ?? 0)}V${yOf(own.at(-1) ?? 0)}`}
                stroke={toneCss(INK.text)}
                strokeWidth="2"
              />
            ) : null}
            {sets.map(({ id: setId }, bit) => (
              <circle
                key={setId}
                cx={xOf(at)}
                cy={yOf(bit)}
                r={Math.min(DOT_PX, pitch / 2 - 1)}
                fill={own.includes(bit) ? toneCss(INK.text) : toneCss(INK.grid)}
                stroke={own.includes(bit) ? toneCss(INK.text) : toneCss(INK.axis)}
                strokeWidth="0.5"
              />
            ))}
          </PlainMark>
        )
      })}
      <text
        x={sizes + 5}
        y={matrix + sets.length * SET_PX + 13}
        fontSize={TEXT_PX}
        fill={toneCss(INK.dim)}
      >
        {hidden > 0
          ? `${hidden} more with ${count(hiddenRows)} rows: in the table`
          : `${count(panel.any)} of ${count(panel.n)} rows in any set`}
      </text>
    </svg>
  )
}
