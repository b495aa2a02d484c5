import type { Size } from './camera'
import { canvasPainter } from './canvas-painter'
import type { Painter } from './painter-types'
import { webglPainter } from './webgl-painter'

/** The painter of a canvas: by WebGL where the browser has it, else by filling in pixels. */
export function openPainter(canvas: HTMLCanvasElement): Painter {
  // Tried on another one: a canvas that was asked for WebGL cannot be drawn on otherwise.
  const trial = webglPainter(document.createElement('canvas'))
  trial?.dispose()
  return (trial && webglPainter(canvas)) ?? canvasPainter(canvas)
}

// A step through all points that visits each once: near the golden section, so that neighbours of a file are far apart.
const GOLDEN = 0.6180339887498949

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}

/**
 * The order in which points are drawn: those that the filter leaves out first, and within both parts mixed, so that no file
 * covers the others. Points without a place and those of hidden groups are left out.
 */
export function drawingOrder(
  points: Float32Array,
  codes: Uint8Array,
  leftOut: number,
  isShown: (code: number) => boolean,
): Uint32Array {
  const n = codes.length
  let step = Math.max(1, Math.floor(n * GOLDEN))
  while (commonDivisor(n, step) !== 1) step += 1
  const order = new Uint32Array(n)
  let drawn = 0
  for (const isOut of [true, false]) {
    for (let i = 0, k = 0; i < n; i += 1, k = (k + step) % n) {
      const code = codes[k] as number
      if (code >= leftOut !== isOut || Number.isNaN(points[2 * k]) || !isShown(code)) continue
      order[drawn] = k
      drawn += 1
    }
  }
  return order.subarray(0, drawn)
}

// Few points are large and opaque, many small and see-through, so that dense places stand out.
const LARGEST = 7
const SMALLEST = 1.5
const FAINTEST = 0.25
// Share of the frame that points may cover before they get smaller.
const COVER = 0.35

/** Size in CSS pixels and opacity of points when so many are in a frame. */
export function pointLook(
  inFrame: number,
  { width, height }: Size,
): { size: number; opacity: number } {
  const size = Math.sqrt((COVER * width * height) / Math.max(1, inFrame))
  return {
    size: Math.min(LARGEST, Math.max(SMALLEST, size)),
    opacity: Math.min(0.9, Math.max(FAINTEST, size / SMALLEST)),
  }
}
