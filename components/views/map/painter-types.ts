import type { Camera, Size } from './camera'

/** How points are drawn at a moment. */
export interface Look {
  camera: Camera
  /** In CSS pixels. */
  size: Size
  /** Device pixels of one CSS pixel. */
  density: number
  /** Diameter of a point in device pixels, and how opaque it is. */
  point: number
  opacity: number
}

/** Draws points; what it is given stays until it is given something else. */
export interface Painter {
  kind: 'webgl' | 'canvas'
  setPoints(points: Float32Array): void
  /** One byte a point, and in which order they are drawn; points that are not in the order are not. */
  setCodes(codes: Uint8Array, order: Uint32Array): void
  /** Red, green, blue and opacity of every code. */
  setColours(colours: Uint8Array): void
  draw(look: Look): void
  dispose(): void
}

/** Gives a canvas the pixels of a frame; one that has them keeps what is drawn. */
export function resize(canvas: HTMLCanvasElement, { size, density }: Look): void {
  const width = Math.max(1, Math.round(size.width * density))
  const height = Math.max(1, Math.round(size.height * density))
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
}
