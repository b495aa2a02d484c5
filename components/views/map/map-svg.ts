import { INK, SURFACE } from '@/components/figures/palette'
import type { FigureRecord } from '@/lib/contracts/figure-record'
import { COLUMN_MM } from '@/lib/contracts/picture'
import { markupText } from '@/lib/contracts/plain-text'
import { toFrame, type Camera, type Size } from './camera'

/** Points that are circles of their own: files of some MB, which programs open without waiting. More are a picture. */
export const MOST_CIRCLES = 10_000
/** The page's double column, in which texts of the legend have this size. */
export const MAP_WIDTH_MM = COLUMN_MM.double
const TEXT_PT = 8
const PT_MM = 25.4 / 72

/** What is drawn at the moment. */
export interface MapDrawing {
  points: Float32Array
  codes: Uint8Array
  order: Uint32Array
  /** Red, green, blue and opacity of every code. */
  colours: Uint8Array
  camera: Camera
  size: Size
  /** Diameter of a point in pixels, and how opaque it is. */
  point: number
  opacity: number
}

/** Returns the places in the frame of the points that are drawn in it, in their order, with their codes. */
export function inFrame({ points, codes, order, camera, size }: MapDrawing) {
  const found: { x: number; y: number; code: number }[] = []
  for (const k of order) {
    const place = [points[2 * k] as number, points[2 * k + 1] as number] as const
    const [x, y] = toFrame(camera, size, place)
    if (x >= 0 && y >= 0 && x <= size.width && y <= size.height)
      found.push({ x, y, code: codes[k] as number })
  }
  return found
}

/** Returns points as circles. */
export function circlesOf(drawing: MapDrawing, drawn: ReturnType<typeof inFrame>): string {
  const { colours, point, opacity } = drawing
  const radius = (point / 2).toFixed(2)
  return drawn
    .map(({ x, y, code }) => {
      const [r, g, b, alpha] = colours.subarray(4 * code, 4 * code + 4)
      const seen = (((alpha ?? 0) / 255) * opacity).toFixed(3)
      return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="rgb(${r}, ${g}, ${b})" fill-opacity="${seen}"/>`
    })
    .join('\n')
}

/** Returns an SVG document of a map: its points, as circles or as a picture of them, its groups below, and its card. */
export function mapSvg(
  { width, height }: Size,
  points: string | { image: string },
  groups: readonly { text: string; colour: string }[],
  record: FigureRecord,
): string {
  const pxPerMm = width / MAP_WIDTH_MM
  const text = TEXT_PT * PT_MM * pxPerMm
  const line = 1.6 * text
  const whole = height + line * (groups.length + 1)
  const mm = (px: number) => `${(px / pxPerMm).toFixed(3)}mm`
  const said = (tag: string, content: string) => `<${tag}>${markupText(content)}</${tag}>`
  const drawn =
    typeof points === 'string'
      ? points
      : `<image x="0" y="0" width="${width}" height="${height}" href="${points.image}"/>`
  const legend = groups.map((group, k) => {
    const y = height + line * (k + 1)
    return [
      `<rect x="${text}" y="${y - 0.8 * text}" width="${text}" height="${0.9 * text}" fill="${group.colour}"/>`,
      `<text x="${2.5 * text}" y="${y}" font-family="EvolensFigure, sans-serif" font-size="${text}" fill="${INK.text.light}">${markupText(group.text)}</text>`,
    ].join('')
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${mm(width)}" height="${mm(whole)}" viewBox="0 0 ${width} ${whole}">`,
    said('title', record.title),
    said('desc', record.description),
    said('metadata', record.json),
    `<rect x="0" y="0" width="${width}" height="${whole}" fill="${SURFACE.light}"/>`,
    drawn,
    ...legend,
    '</svg>',
    '',
  ].join('\n')
}
