import { figureRecord, type ExportMoment, type FigureRecord } from '@/lib/contracts/figure-record'
import { PICTURE_TYPES, type PictureChoices } from '@/lib/contracts/picture'
import type { FigureResult } from '@/lib/figures/types'
import { svgToPng } from './download'
import { loadPrintFonts, svgToPdf, withOwnFonts, withSystemFonts } from './export-pdf'
import { figureToSvg } from './export-svg'

// Charts measure their room after they are there, and draw once more; the picture is taken when two looks agree.
const LOOK_EVERY_MS = 60
const MOST_LOOKS = 50
// A window that is not seen has no frames: looking goes on without.
const FRAME_MS = 500

const wait = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms)
  })

/** Waits until the browser has laid out the page once more, so that a busy machine does not pass for a drawing at rest. */
const frame = () =>
  Promise.race([
    wait(FRAME_MS),
    new Promise<void>((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
    }),
  ])

/** A figure as it was drawn for some choices, and the card that its file carries. */
export interface Picture {
  svg: string
  of: PictureChoices
  record: FigureRecord
  moment: ExportMoment
}

/** Returns the picture of a figure on a plate (print-plate.tsx) once its layout has come to rest. */
export async function settledPicture(
  plate: HTMLElement,
  result: FigureResult,
  of: PictureChoices,
  moment: ExportMoment,
): Promise<Picture> {
  await loadPrintFonts()
  const record = figureRecord(result, moment)
  const background = of.transparent && of.format !== 'pdf' ? null : '#ffffff'
  const draw = () => figureToSvg(plate, record, { background, widthMm: of.widthMm, grey: of.grey })
  let last = ''
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    await wait(LOOK_EVERY_MS)
    await frame()
    const now = draw()
    if (now === last) break
    last = now
  }
  return { svg: last, of, record, moment }
}

/** Returns the height of a picture on paper. */
export function heightOf(svg: string): number {
  return Number.parseFloat(/height="([\d.]+)mm"/.exec(svg)?.[1] ?? '0')
}

/** Returns the picture as a file of its format. */
export async function fileOf(picture: Picture, version: string): Promise<Blob> {
  const { svg, of, record, moment } = picture
  if (of.format === 'svg') return new Blob([withSystemFonts(svg)], { type: PICTURE_TYPES.svg })
  if (of.format === 'png') return svgToPng(await withOwnFonts(svg), record, of.scale)
  const size = { widthMm: of.widthMm, heightMm: heightOf(svg) }
  return svgToPdf(svg, record, size, { version, at: moment.at })
}
