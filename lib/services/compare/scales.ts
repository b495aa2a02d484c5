import { isValued, type SeedSetValues } from './side-values'

// Highest points of scales on which texts are usually rated.
const TOPS = [3, 4, 5, 6, 7, 10, 20, 100]
// A scale has few points; of more the numbers are counts or measurements.
const MOST_POINTS = 21
// A share is at most 1, a percentage rarely that small in every row.
const SHARE_TOP = 1
const PERCENT = { least: 10, most: 100 }

/** The numbers of one side as a scale might have made them. */
interface Seen {
  min: number
  max: number
  /** Whether all are whole or half numbers, and few different ones. */
  isRating: boolean
}

function seenOn(parts: readonly SeedSetValues[], side: 'a' | 'b'): Seen | null {
  let [min, max] = [Infinity, -Infinity]
  const points = new Set<number>()
  let isHalf = true
  for (const { [side]: column } of parts) {
    for (let row = 0; column && row < column.values.length; row += 1) {
      if (!isValued(column, row)) continue
      const value = column.values[row] as number
      min = Math.min(min, value)
      max = Math.max(max, value)
      isHalf &&= Number.isInteger(2 * value)
      if (points.size <= MOST_POINTS) points.add(value)
    }
  }
  if (points.size === 0) return null
  return { min, max, isRating: isHalf && min >= 0 && points.size <= MOST_POINTS }
}

const topOf = ({ max }: Seen) => TOPS.find((top) => max <= top) ?? null

function differ(a: Seen, b: Seen): boolean {
  if (a.isRating && b.isRating && Math.max(a.max, b.max) > SHARE_TOP) {
    // Nobody rates all rows with 0 or 1 on a longer scale, but flags are counted so.
    const [left, right] = [topOf(a), topOf(b)]
    return left !== null && right !== null && left !== right
  }
  const [low, high] = a.max <= b.max ? [a, b] : [b, a]
  const isShare = low.min >= 0 && low.max <= SHARE_TOP && !low.isRating
  return isShare && high.min >= 0 && high.max >= PERCENT.least && high.max <= PERCENT.most
}

/**
 * Returns what to say where the numbers of both sides look as if they were given on two scales (1 to 5 against 1 to 10, shares against
 * percentages), '' otherwise. Only for columns whose scale nobody stated: the numbers alone prove nothing.
 */
export function scaleDoubt(parts: readonly SeedSetValues[]): string {
  const [a, b] = [seenOn(parts, 'a'), seenOn(parts, 'b')]
  if (!a || !b || !differ(a, b)) return ''
  return `The values go from ${a.min} to ${a.max} on side A and from ${b.min} to ${b.max} on side B: if they were given on two scales, their difference means nothing. The files state no scale; bring both to one before the import.`
}
