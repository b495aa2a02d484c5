import { MAX_AREA_POINTS, type Area } from '@/lib/contracts/map'

type Polygon = Area['polygon']
type Point = Polygon[number]

function areaOf([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number {
  return Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
}

/**
 * A drawn line as the polygon of a filter: corners that change its area least are left out until the rest is few enough and each
 * matters more than `least` (Visvalingam and Whyatt, 1993); null where it encloses nothing.
 */
export function asPolygon(line: readonly Point[], least: number): Polygon | null {
  const kept = line.map(([x, y]): Point => [x, y])
  for (;;) {
    if (kept.length < 3) return null
    let smallest = Infinity
    let at = 0
    for (let k = 0; k < kept.length; k += 1) {
      const area = areaOf(
        kept.at(k - 1) as Point,
        kept[k] as Point,
        kept[(k + 1) % kept.length] as Point,
      )
      if (area < smallest) [smallest, at] = [area, k]
    }
    if (kept.length <= MAX_AREA_POINTS && (smallest >= least || kept.length === 3)) break
    kept.splice(at, 1)
  }
  const polygon = kept.map(([x, y]): Point => [Number(x.toFixed(3)), Number(y.toFixed(3))])
  const doubled = polygon.reduce((sum, [x, y], k) => {
    const [px, py] = polygon.at(k - 1) as Point
    return sum + px * y - x * py
  }, 0)
  return doubled === 0 ? null : polygon
}
