/** What part of a map is shown: the place in the middle, and pixels a unit. */
export interface Camera {
  x: number
  y: number
  scale: number
}

export interface Size {
  width: number
  height: number
}

type Point = readonly [number, number]

// Shares of a frame that stay free around all points.
const MARGIN = 0.05
// From the whole map to a few points.
const MOST_ZOOM = 4_000
const LEAST_ZOOM = 0.5

/** Extent of the points that have a place. */
export interface Extent {
  left: number
  right: number
  low: number
  high: number
}

export function extentOf(points: Float32Array): Extent {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let k = 0; k < points.length; k += 2) {
    const [x, y] = [points[k] as number, points[k + 1] as number]
    if (x < left) left = x
    if (x > right) right = x
    if (y < low) low = y
    if (y > high) high = y
  }
  return left > right ? { left: -1, right: 1, low: -1, high: 1 } : { left, right, low, high }
}

/** The camera that shows all points. */
export function wholeMap({ left, right, low, high }: Extent, { width, height }: Size): Camera {
  const free = 1 - 2 * MARGIN
  const scale = Math.min((free * width) / (right - left || 1), (free * height) / (high - low || 1))
  return { x: (left + right) / 2, y: (low + high) / 2, scale }
}

/** Where a place of the map is in the frame, in pixels from its upper left. */
export function toFrame({ x, y, scale }: Camera, { width, height }: Size, place: Point): Point {
  return [width / 2 + (place[0] - x) * scale, height / 2 - (place[1] - y) * scale]
}

/** Which place of the map is at a point of the frame. */
export function toMap({ x, y, scale }: Camera, { width, height }: Size, at: Point): Point {
  return [x + (at[0] - width / 2) / scale, y - (at[1] - height / 2) / scale]
}

/** The camera moved by pixels: what is shown follows the pointer. */
export function moved(camera: Camera, [dx, dy]: Point): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y + dy / camera.scale }
}

/** The camera nearer or farther by a factor; the place under `at` stays there. */
export function zoomed(camera: Camera, size: Size, at: Point, by: number, whole: Camera): Camera {
  const scale = Math.min(
    MOST_ZOOM * whole.scale,
    Math.max(LEAST_ZOOM * whole.scale, camera.scale * by),
  )
  const [x, y] = toMap(camera, size, at)
  const [dx, dy] = [at[0] - size.width / 2, at[1] - size.height / 2]
  return { x: x - dx / scale, y: y + dy / scale, scale }
}

// Digits that an address keeps: a thousandth of a pixel at the nearest.
const DIGITS = 6

/** The camera as an address has it: middle, and zoom against the whole map, which does not depend on the window. */
export function cameraText({ x, y, scale }: Camera, whole: Camera): string {
  return [x, y, scale / whole.scale].map((part) => Number(part.toPrecision(DIGITS))).join(',')
}

/** The camera of an address; null where it has none. */
export function cameraOf(text: string | null, whole: Camera): Camera | null {
  const [x, y, zoom, ...more] = (text ?? '').split(',').map(Number)
  if (x === undefined || y === undefined || !zoom || more.length > 0) return null
  if (![x, y, zoom].every(Number.isFinite) || zoom < LEAST_ZOOM || zoom > MOST_ZOOM) return null
  return { x, y, scale: zoom * whole.scale }
}
