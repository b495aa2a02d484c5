import type { Area } from '@/lib/contracts/map'
import { mapPlaces } from '../../maps'
import type { ConditionKind } from './types'

/** Returns what tells whether a place lies inside of a polygon, by the parity of the edges to its right. */
function insideOf(polygon: Area['polygon']): (x: number, y: number) => boolean {
  const xs = polygon.map(([x]) => x)
  const ys = polygon.map(([, y]) => y)
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const [low, high] = [Math.min(...ys), Math.max(...ys)]
  return (x, y) => {
    // Also where there is no place, which is not a number.
    if (!(x >= left && x <= right && y >= low && y <= high)) return false
    let isIn = false
    for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a, a += 1) {
      const [ax, ay] = polygon[a] as [number, number]
      const [bx, by] = polygon[b] as [number, number]
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn
    }
    return isIn
  }
}

export const area: ConditionKind<Area> = {
  open({ db, studyId }, { map, polygon }) {
    const isInside = insideOf(polygon)
    const placed = new Map(mapPlaces(db, studyId, map).map((one) => [one.cell.no, one.places]))
    return (mask, cell) => {
      const places = placed.get(cell.no)
      for (let row = 0; row < mask.length; row += 1) {
        const isKept = places && isInside(places[2 * row] as number, places[2 * row + 1] as number)
        if (!isKept) mask[row] = 0
      }
    }
  },
}
