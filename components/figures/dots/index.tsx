'use client'

import { useElementSize } from '@mantine/hooks'
import type { DotMark, DotsPrepared } from '@/lib/figures/shared/dots'
import { placeName } from '@/lib/figures/shared/result-text'
import { niceTicks, ticksBetween } from '../axes'
import classes from '../figures.module.css'
import { MarkerShape } from '../marks'
import { PlainMark } from '../plain-mark'
import { armCss, INK, toneCss } from '../palette'

const INTERVAL_PX = 4
const LINE_PX = 26
const AXIS_PX = 22
const TICK_PX = 11
// Names of students and training sets; longer ones are cut, the readout has them whole.
const NAME_PX = 170
const NAME_LETTERS = 26
// Panels stand side by side where each has room for names and ticks.
const ROOM_PX = 420
// Marks at the ends of the axis are not cut off.
const FREE_PX = 12

/** The ends of an axis, a twentieth of the span free at both. */
function rangeOf(marks: readonly DotMark[]): [number, number] {
  const values = marks.flatMap(({ value, low, high, published }) =>
    [value, low, high, published].filter((one) => one !== null),
  )
  if (values.length === 0) return [0, 1]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const step = niceTicks(high - low || Math.abs(high) || 1)[1] ?? 1
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step || step]
}

interface PanelProps {
  prepared: DotsPrepared
  panel: DotsPrepared['panels'][number]
  width: number
}

function Panel({ prepared, panel, width }: PanelProps) {
  const { arms, lines } = prepared
  const marks = prepared.marks.filter((mark) => mark.panel === panel.key)
  const places = lines[panel.key] ?? []
  const alike = prepared.panels.filter(({ unit }) => unit === panel.unit)
  const [from, to] = rangeOf(
    prepared.axis === 'shared'
      ? prepared.marks.filter((mark) => alike.some(({ key }) => key === mark.panel))
      : marks,
  )
  const room = Math.max(1, width - NAME_PX - 2 * FREE_PX)
  const x = (value: number) => NAME_PX + FREE_PX + ((value - from) / (to - from || 1)) * room
  const height = places.length * LINE_PX
  return (
    <div style={{ width }}>
      <div className={classes.rowHead}>
        <span data-figure-text>{panel.unit ? `${panel.label} (${panel.unit})` : panel.label}</span>
      </div>
      <svg data-figure-mark width={width} height={height + AXIS_PX}>
        {ticksBetween(from, to, Math.max(2, Math.floor(room / 60))).map((tick) => (
          <g key={tick}>
            <path d={`M${x(tick)} 0V${height}`} stroke={toneCss(INK.grid)} />
            <text
              x={x(tick)}
              y={height + 16}
              textAnchor="middle"
              fill={toneCss(INK.dim)}
              fontSize={TICK_PX}
            >
              {Number(tick.toPrecision(6))}
            </text>
          </g>
        ))}
        {places.map((place, at) => {
          const y = at * LINE_PX + LINE_PX / 2
          const own = marks.filter((mark) => mark.place === place)
          const ends = own.flatMap(({ value, published }) => value ?? published ?? [])
          const name = placeName(prepared, place)
          return (
            <g key={place}>
              <text
                x={NAME_PX - 4}
                y={y + 4}
                textAnchor="end"
                fill={toneCss(INK.text)}
                fontSize={TICK_PX}
              >
                {name.length > NAME_LETTERS ? `${name.slice(0, NAME_LETTERS - 1)}…` : name}
              </text>
              {ends.length > 1 ? (
                <path
                  d={`M${x(Math.min(...ends))} ${y}H${x(Math.max(...ends))}`}
                  stroke={toneCss(INK.axis)}
                  strokeWidth="1.5"
                />
              ) : null}
              {own.map((mark, nth) => {
                // Intervals of several evolvers stand one above the other.
                const barY = y + (nth - (own.length - 1) / 2) * INTERVAL_PX
                const arm = arms.find(({ key }) => key === mark.arm)
                const colorIndex = arm?.colorIndex ?? null
                const label = arm?.label ?? mark.arm
                return (
                  <PlainMark
                    key={nth}
                    readout={{
                      title: `${panel.label}, ${name}`,
                      items: [{ key: mark.arm, label, colorIndex, text: mark.detail }],
                    }}
                    selection={mark.selection}
                  >
                    {mark.low !== null && mark.high !== null ? (
                      <path
                        d={`M${x(mark.low)} ${barY}H${x(mark.high)}`}
                        stroke={armCss(colorIndex)}
                        strokeWidth="3"
                        strokeOpacity="0.45"
                      />
                    ) : null}
                    {mark.published === null ? null : (
                      <g stroke={toneCss(INK.text)}>
                        <MarkerShape
                          x={x(mark.published)}
                          y={y}
                          colorIndex={colorIndex}
                          hollow
                          r={5}
                        />
                        <path d={`M${x(mark.published)} ${y - 8}v16`} strokeWidth="1.2" />
                      </g>
                    )}
                    {mark.value === null ? null : (
                      <MarkerShape x={x(mark.value)} y={y} colorIndex={colorIndex} r={5} />
                    )}
                  </PlainMark>
                )
              })}
            </g>
          )
        })}
      </svg>
    </div>
  )
}

/** Dots in lines: one panel a metric or seed set, one line a student, training set or round, joined between the evolvers. */
export function Dots({ prepared }: { prepared: DotsPrepared }) {
  const { ref, width } = useElementSize()
  const across = Math.min(
    Math.max(1, prepared.panels.length),
    Math.max(1, Math.floor(width / ROOM_PX)),
  )
  return (
    <div ref={ref} className={classes.panelRow} style={{ flexWrap: 'wrap' }}>
      {width > 0
        ? prepared.panels.map((panel) => (
            <Panel
              key={panel.key}
              prepared={prepared}
              panel={panel}
              width={Math.floor(width / across)}
            />
          ))
        : null}
    </div>
  )
}
