import { saveFile } from '@/components/figures/frame/download'
import { loadPrintFonts } from '@/components/figures/frame/export-pdf'
import { fileOf } from '@/components/figures/frame/picture'
import { INK, SURFACE, type Tone } from '@/components/figures/palette'
import { formatCount, shortHash } from '@/lib/contracts/format'
import type { MapColours, MapInfo } from '@/lib/contracts/map'
import { DEFAULT_CHOICES, type PictureChoices } from '@/lib/contracts/picture'
import { codeColours } from './colours'
import { circlesOf, inFrame, MAP_WIDTH_MM, mapSvg, MOST_CIRCLES, type MapDrawing } from './map-svg'
import { openPainter } from './painter'

interface MapPicture {
  drawing: MapDrawing
  map: MapInfo
  colours: MapColours
  tones: readonly Tone[]
  format: PictureChoices['format']
  version: string
  /** Filter, colour and part of the map, for who wants to make it again. */
  state: Record<string, unknown>
}

// What journals ask of pictures of lines and points.
const DPI = 600
const INCH_MM = 25.4

/** Of so many points no artefact is seen at 600 dpi, and a PDF takes a JPEG as it is: a PNG is unpacked and packed again, which takes a minute. */
const JPEG_QUALITY = 0.95

/** Returns what is on a canvas as a JPEG on white paper. */
function jpegOf(canvas: HTMLCanvasElement): string {
  const sheet = document.createElement('canvas')
  sheet.width = canvas.width
  sheet.height = canvas.height
  const context = sheet.getContext('2d')
  if (!context) throw new Error('This browser cannot draw the picture. Export it as SVG.')
  context.fillStyle = SURFACE.light
  context.fillRect(0, 0, sheet.width, sheet.height)
  context.drawImage(canvas, 0, 0)
  return sheet.toDataURL('image/jpeg', JPEG_QUALITY)
}

/** Draws the points of a frame once more, as fine as they are printed. */
function imageOf(drawing: MapDrawing, format: PictureChoices['format']): string {
  const { points, codes, order, colours, camera, size, point, opacity } = drawing
  const canvas = document.createElement('canvas')
  const painter = openPainter(canvas)
  const density = Math.max(1, (MAP_WIDTH_MM / INCH_MM) * (DPI / size.width))
  try {
    painter.setPoints(points)
    painter.setCodes(codes, order)
    painter.setColours(colours)
    painter.draw({ camera, size, density, point: point * density, opacity })
    return format === 'pdf' ? jpegOf(canvas) : canvas.toDataURL('image/png')
  } finally {
    painter.dispose()
  }
}

/**
 * Saves what is shown with its groups below, in light colours; what it shows and how it was made stands in the file. Returns what is to be
 * said of it: many points are a picture inside.
 */
export async function savePicture(picture: MapPicture): Promise<string | null> {
  const { map, colours, tones, format, version, state } = picture
  const drawing = { ...picture.drawing, colours: codeColours(tones, 'light') }
  const drawn = inFrame(drawing)
  const isImage = drawn.length > MOST_CIRCLES
  const note = isImage
    ? `Its ${formatCount(drawn.length)} points are a picture of ${DPI} dpi: circles of their own are drawn up to ${formatCount(MOST_CIRCLES)} points. Zoom in to have fewer.`
    : null
  const at = Date.now()
  const record = {
    title: `Map of the rows by ${colours.label}`,
    description: [...map.card, ...(note === null ? [] : [note])].join(' '),
    json: JSON.stringify({
      evolens: version,
      map: { hash: map.hash, ...map.definition, ...map.record },
      exportedAt: new Date(at).toISOString(),
      ...state,
    }),
  }
  const groups = colours.groups.flatMap(({ label, rows, kept }, k) =>
    rows === 0
      ? []
      : [
          {
            text: `${label} (${formatCount(kept)} of ${formatCount(rows)})`,
            colour: (tones[k] ?? INK.none).light,
          },
        ],
  )
  const points = isImage ? { image: imageOf(drawing, format) } : circlesOf(drawing, drawn)
  const svg = mapSvg(drawing.size, points, groups, record)
  await loadPrintFonts()
  const of = { ...DEFAULT_CHOICES, format, widthMm: MAP_WIDTH_MM }
  const file = await fileOf({ svg, of, record, moment: { path: '', at } }, version)
  saveFile(`map-${shortHash(map.hash)}.${format}`, file)
  return format === 'png' ? null : note
}
