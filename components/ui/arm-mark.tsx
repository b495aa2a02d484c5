import type { CSSProperties } from 'react'

// Shape differs as well as colour, so that arms stay apart in greyscale.
const SHAPES = [
  <circle key="circle" cx="5" cy="5" r="4" />,
  <rect key="square" x="1.2" y="1.2" width="7.6" height="7.6" />,
  <path key="triangle" d="M5 0.8 9.4 8.8H0.6Z" />,
  <path key="diamond" d="M5 0.4 9.6 5 5 9.6 0.4 5Z" />,
]

/** CSS colour of an arm in the running theme; null is the seeds. */
export function armColor(colorIndex: number | null): string {
  return colorIndex === null ? 'var(--ev-arm-seeds)' : `var(--ev-arm-${colorIndex % SHAPES.length})`
}

/** The mark of an arm, the same on every page; seeds are a hollow circle. */
export function ArmMark({ colorIndex, size = 10 }: { colorIndex: number | null; size?: number }) {
  const style: CSSProperties = { flex: 'none', verticalAlign: '-1px' }
  if (colorIndex === null) {
    return (
      <svg width={size} height={size} viewBox="0 0 10 10" style={style} aria-hidden>
        <circle cx="5" cy="5" r="3.4" fill="none" stroke={armColor(null)} strokeWidth="1.6" />
      </svg>
    )
  }
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" style={style} aria-hidden>
      <g fill={armColor(colorIndex)}>{SHAPES[colorIndex % SHAPES.length]}</g>
    </svg>
  )
}
