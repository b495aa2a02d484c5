import { saveFile } from '@/components/figures/frame/download'
import { withPngTexts } from '@/components/figures/frame/png-text'
import { SURFACE, INK, type Tone } from '@/components/figures/palette'
import { shortHash } from '@/lib/contracts/format'
import type { MapColours, MapInfo } from '@/lib/contracts/map'

interface MapPicture {
  canvas: HTMLCanvasElement
  map: MapInfo
  colours: MapColours
  tones: readonly Tone[]
  scheme: 'light' | 'dark'
  /** Filter, colour and part of the map, for who wants to make it again. */
  state: Record<string, unknown>
}

// Pixels of a line of the legend at one device pixel each.
const LINE = 18
const TEXT = '12px sans-serif'
const INCH_IN_METERS = 0.0254
const CSS_DPI = 96

/** Saves what is shown as a PNG with its groups below; what it shows and how it was made stands in the file's texts. */
export async function savePicture(picture: MapPicture): Promise<void> {
  const { canvas, map, colours, tones, scheme, state } = picture
  const density = window.devicePixelRatio || 1
  const shown = colours.groups.filter(({ rows }) => rows > 0)
  const plate = document.createElement('canvas')
  plate.width = canvas.width
  plate.height = canvas.height + Math.round(LINE * density * (shown.length + 1))
  const context = plate.getContext('2d')
  if (!context) throw new Error('This browser cannot draw the picture.')
  context.fillStyle = SURFACE[scheme]
  context.fillRect(0, 0, plate.width, plate.height)
  context.drawImage(canvas, 0, 0)
  context.scale(density, density)
  context.font = TEXT
  shown.forEach((group, line) => {
    const y = canvas.height / density + LINE * (line + 0.5)
    context.fillStyle = (tones[colours.groups.indexOf(group)] ?? INK.none)[scheme]
    context.fillRect(10, y - 5, 10, 10)
    context.fillStyle = INK.text[scheme]
    context.fillText(`${group.label} (${group.kept} of ${group.rows})`, 28, y + 4)
  })
  const blob = await new Promise<Blob | null>((resolve) => {
    plate.toBlob(resolve, 'image/png')
  })
  if (!blob) throw new Error('This browser cannot write the picture.')
  const texts = {
    Title: `Map of the rows by ${colours.label}`,
    Description: map.card.join(' '),
    Evolens: JSON.stringify({
      map: { hash: map.hash, ...map.definition, ...map.record },
      ...state,
    }),
  }
  const bytes = new Uint8Array(await blob.arrayBuffer())
  const png = withPngTexts(bytes, texts, (density * CSS_DPI) / INCH_IN_METERS)
  saveFile(`map-${shortHash(map.hash)}.png`, new Blob([png], { type: 'image/png' }))
}
