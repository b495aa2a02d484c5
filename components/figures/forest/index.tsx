'use client'

import { useElementSize } from '@mantine/hooks'
import type { ForestPrepared } from '@/lib/contracts/compare-figure'
import { ticksBetween } from '../axes'
import classes from '../figures.module.css'
import { INK, toneCss } from '../palette'

const TEXT_PX = 11
// About the mean width of a letter of this size.
const LETTER_PX = 6
const LINE_PX = 24
// A name above its line, where there is no room beside it.
const NAME_PX = 14
const AXIS_PX = 22
// Marks at the ends of the axis are not cut off.
const FREE_PX = 14
// From this width names stand beside their lines, and take half of it at most.
const BESIDE_PX = 640

/** The end of a symmetric axis that holds every number. */
function reachOf({ lines }: ForestPrepared): number {
  return (
    Math.max(
      ...lines.flatMap(({ estimate, low, high }) => [estimate, low ?? 0, high ?? 0]).map(Math.abs),
    ) || 1
  )
}

/** Mean differences with their intervals on one axis around the line of no difference, to read a ranking from. */
export function Forest({ prepared }: { prepared: ForestPrepared }) {
  const { ref, width } = useElementSize()
  const { axis, lines } = prepared
  const longest = Math.max(...lines.map(({ label }) => label.length))
  const isBeside = width >= BESIDE_PX
  const left = isBeside ? Math.min(width / 2, longest * LETTER_PX + FREE_PX) : 0
  const letters = Math.max(4, Math.floor((isBeside ? left - FREE_PX : width) / LETTER_PX))
  const step = LINE_PX + (isBeside ? 0 : NAME_PX)
  const bottom = lines.length * step
  const reach = reachOf(prepared)
  const middle = left + (width - left) / 2
  const half = Math.max(1, (width - left) / 2 - FREE_PX)
  const x = (value: number) => middle + (value / reach) * half
  return (
    <div ref={ref} style={{ minWidth: 0 }}>
      <div className={classes.rowHead}>
        <span data-figure-text>{axis}</span>
      </div>
      {width > 0 ? (
        <svg data-figure-mark width={width} height={bottom + AXIS_PX} fontSize={TEXT_PX}>
          {ticksBetween(-reach, reach, Math.max(2, Math.floor(half / 40))).map((tick) => (
            <g key={tick}>
              <path
                d={`M${x(tick)} 0V${bottom}`}
                stroke={toneCss(tick === 0 ? INK.axis : INK.grid)}
                strokeWidth={tick === 0 ? 1.5 : 1}
              />
              <text x={x(tick)} y={bottom + 16} textAnchor="middle" fill={toneCss(INK.dim)}>
                {tick > 0 ? `+${tick}` : String(tick).replace('-', '−')}
              </text>
            </g>
          ))}
          {lines.map(({ key, label, estimate, low, high }, i) => {
            const y = (i + 1) * step - LINE_PX / 2
            return (
              <g key={key}>
                <text x={0} y={isBeside ? y + 4 : i * step + TEXT_PX} fill={toneCss(INK.text)}>
                  {label.length > letters ? `${label.slice(0, letters - 1)}…` : label}
                  <title>{label}</title>
                </text>
                {low === null || high === null ? null : (
                  <path
                    d={`M${x(low)} ${y}H${x(high)}M${x(low)} ${y - 4}v8M${x(high)} ${y - 4}v8`}
                    stroke={toneCss(INK.text)}
                    strokeWidth="1.5"
                  />
                )}
                <rect x={x(estimate) - 4} y={y - 4} width="8" height="8" fill={toneCss(INK.text)} />
              </g>
            )
          })}
        </svg>
      ) : null}
    </div>
  )
}
