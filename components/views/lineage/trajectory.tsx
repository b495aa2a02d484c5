import { armCss } from '@/components/figures/palette'
import { placeOf } from '@/components/views/rows/table/row-cell'
import { valueText } from '@/components/views/rows/table/value-cell'
import type { LineageSeed } from '@/lib/contracts/lineage'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'

const WIDTH = 210
const HEIGHT = 36
const MARGIN = 4

interface Point {
  round: number
  value: number
}

/** Returns for each evolver of a seed the values of a column over its rounds, the seed's own first; rows without a value are left out. */
export function trajectoriesOf(
  seed: LineageSeed,
  column: string,
): { armKey: string; points: Point[] }[] {
  const arms = [...new Set(seed.steps.flatMap(({ armKey }) => armKey ?? []))]
  return arms.flatMap((armKey) => {
    const points = seed.steps.flatMap((step) => {
      if (step.armKey !== null && step.armKey !== armKey) return []
      const value = step.values[column]?.value
      return typeof value === 'number' ? { round: step.round, value } : []
    })
    return points.length > 1 ? { armKey, points } : []
  })
}

interface TrajectoryProps {
  seed: LineageSeed
  column: ColumnInfo
  detail: StudyDetail
}

/** The values of one column from the seed on, a line for each evolver; each seed on its own scale. */
export function Trajectory({ seed, column, detail }: TrajectoryProps) {
  const lines = trajectoriesOf(seed, column.id)
  const all = lines.flatMap(({ points }) => points)
  if (all.length === 0) return null
  const low = Math.min(...all.map(({ value }) => value))
  const high = Math.max(...all.map(({ value }) => value))
  const last = Math.max(...all.map(({ round }) => round))
  const x = (round: number) => MARGIN + (round / Math.max(1, last)) * (WIDTH - 2 * MARGIN)
  const y = (value: number) =>
    high === low
      ? HEIGHT / 2
      : HEIGHT - MARGIN - ((value - low) / (high - low)) * (HEIGHT - 2 * MARGIN)
  const named = lines.map((line) => ({
    ...line,
    ...placeOf(detail, { seedSetKey: seed.seedSetKey, armKey: line.armKey, round: 0 }),
  }))
  const words = named.map(
    ({ arm, points }) =>
      `${arm}: ${points.map(({ value }) => valueText(column, value)).join(', ')}`,
  )
  const label = `${column.label} by round. ${words.join('. ')}`
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <title>{label}</title>
      {named.map(({ armKey, colorIndex, points }) => (
        <g key={armKey} stroke={armCss(colorIndex)} fill={armCss(colorIndex)}>
          <polyline
            fill="none"
            strokeWidth={1.5}
            points={points.map(({ round, value }) => `${x(round)},${y(value)}`).join(' ')}
          />
          {points.map(({ round, value }) => (
            <circle key={round} cx={x(round)} cy={y(value)} r={1.8} stroke="none" />
          ))}
        </g>
      ))}
    </svg>
  )
}
