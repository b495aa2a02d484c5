import { stringify } from 'csv-stringify/browser/esm/sync'
import type { FigureRecord } from '@/lib/contracts/figure-record'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import type { FigureTable } from '@/lib/figures/types'
import { withPngTexts } from './png-text'

// Revoking at once cancels the download in some browsers.
const REVOKE_AFTER_MS = 10_000
// A pixel of CSS is a 96th of an inch.
const PIXELS_PER_METER = 96 / 0.0254
// Browsers draw nothing on a canvas beyond this, and say nothing.
const MOST_PIXELS = 16_384

/** Hands a file to the browser's downloads. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS)
}

/** Returns a table as CSV with a header line; units stand in brackets, missing values are empty. */
export function tableToCsv(table: FigureTable): string {
  return stringify(tableRecords(table), TABLE_CSV)
}

/** Returns the address of an SVG document as a picture. */
export function svgAddress(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
}

/** Returns an SVG document as a PNG of `scale` times its size, with its card as texts. */
export async function svgToPng(svg: string, record: FigureRecord, scale: number): Promise<Blob> {
  const image = new Image()
  image.src = svgAddress(svg)
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.naturalWidth * scale)
  canvas.height = Math.round(image.naturalHeight * scale)
  if (Math.max(canvas.width, canvas.height) > MOST_PIXELS) {
    throw new Error('The picture is too large for a PNG. Choose 2x, a smaller width, or SVG.')
  }
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser cannot draw the picture. Export it as SVG.')
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png')
  })
  if (!blob) throw new Error('This browser cannot write the picture. Export it as SVG.')
  const texts = { Title: record.title, Description: record.description, Evolens: record.json }
  const bytes = withPngTexts(
    new Uint8Array(await blob.arrayBuffer()),
    texts,
    scale * PIXELS_PER_METER,
  )
  return new Blob([bytes], { type: 'image/png' })
}
