import { stringify } from 'csv-stringify/browser/esm/sync'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import type { FigureTable } from '@/lib/figures/types'

// Twice the size on screen is sharp on slides and in print at column width.
const PNG_SCALE = 2
// Revoking at once cancels the download in some browsers.
const REVOKE_AFTER_MS = 10_000

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

/** Returns an SVG document as a PNG of twice its size. */
export async function svgToPng(svg: string): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth * PNG_SCALE
  canvas.height = image.naturalHeight * PNG_SCALE
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser cannot draw the picture. Export it as SVG.')
  context.scale(PNG_SCALE, PNG_SCALE)
  context.drawImage(image, 0, 0)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob)
      else reject(new Error('This browser cannot write the picture. Export it as SVG.'))
    }, 'image/png')
  })
}
