import classes from './compare.module.css'

interface IntervalMarkProps {
  estimate: number
  low: number
  high: number
  label: string
}

const WIDTH = 96
const HEIGHT = 20
const PADDING = 6

/** An interval and its estimate on a scale of its own, symmetric around the line of no difference. */
export function IntervalMark({ estimate, low, high, label }: IntervalMarkProps) {
  const reach = Math.max(Math.abs(low), Math.abs(high), Math.abs(estimate)) || 1
  const x = (value: number) => WIDTH / 2 + (value / reach) * (WIDTH / 2 - PADDING)
  const middle = HEIGHT / 2
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label} className={classes.mark}>
      <line x1={WIDTH / 2} x2={WIDTH / 2} y1={1} y2={HEIGHT - 1} stroke="var(--ev-border-strong)" />
      <line
        x1={x(low)}
        x2={x(high)}
        y1={middle}
        y2={middle}
        stroke="var(--ev-text)"
        strokeWidth={1.5}
      />
      {[low, high].map((end, index) => (
        <line
          key={index}
          x1={x(end)}
          x2={x(end)}
          y1={middle - 4}
          y2={middle + 4}
          stroke="var(--ev-text)"
          strokeWidth={1.5}
        />
      ))}
      <rect x={x(estimate) - 3} y={middle - 3} width={6} height={6} fill="var(--ev-text)" />
    </svg>
  )
}
