import { svgAddress } from './download'
import { svgElement } from './export-texts'

/** Fonts that machines have in place of the one in PDF files; their letters are as wide. */
export const SYSTEM_FAMILY = 'Arial, Helvetica, Liberation Sans, Arimo, sans-serif'

// Scripts that run from right to left or whose letters change beside each other, and marks put over letters.
const NOT_IN_ORDER = /[\p{M}\p{Bidi_Control}\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u

/** Returns whether a font can show a text letter by letter, from left to right. */
export function isShown(text: string, hasGlyph: (code: number) => boolean): boolean {
  return [...text.normalize('NFC')].every((character) => {
    const code = character.codePointAt(0) ?? 0
    if (/\s/u.test(character)) return true
    return code <= 0xffff && !NOT_IN_ORDER.test(character) && hasGlyph(code)
  })
}

// What journals ask of pictures of lines and letters.
const DPI = 600
// Letters may reach beyond the box of their line.
const FREE_PX = 1

async function pictureOf(text: SVGElement, dotsPerPx: number): Promise<SVGElement> {
  const sheet = svgElement('svg', { style: 'position:fixed;left:-20000px;top:0' })
  const letters = text.cloneNode(true) as SVGGraphicsElement
  letters.removeAttribute('transform')
  sheet.append(letters)
  document.body.append(sheet)
  try {
    const box = letters.getBBox()
    const [x, y] = [box.x - FREE_PX, box.y - FREE_PX]
    const [width, height] = [box.width + 2 * FREE_PX, box.height + 2 * FREE_PX]
    for (const [name, value] of Object.entries({ width, height }))
      sheet.setAttribute(name, String(value * dotsPerPx))
    sheet.setAttribute('viewBox', `${x} ${y} ${width} ${height}`)
    sheet.removeAttribute('style')
    const image = new Image()
    image.src = svgAddress(new XMLSerializer().serializeToString(sheet))
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.ceil(width * dotsPerPx))
    canvas.height = Math.max(1, Math.ceil(height * dotsPerPx))
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    const picture = svgElement('image', { x, y, width, height, preserveAspectRatio: 'none' })
    picture.setAttribute('href', canvas.toDataURL('image/png'))
    const turned = text.getAttribute('transform')
    if (turned !== null) picture.setAttribute('transform', turned)
    return picture
  } finally {
    sheet.remove()
  }
}

/**
 * Puts a picture in the place of each text that a font cannot show, drawn with the fonts of this machine. Returns what
 * the pictures say, in the order of the drawing.
 */
export async function drawLetters(
  drawing: Element,
  hasGlyph: (code: number) => boolean,
  pxPerMm: number,
): Promise<string[]> {
  const drawn: string[] = []
  for (const text of drawing.querySelectorAll<SVGElement>('text')) {
    const content = text.textContent ?? ''
    if (isShown(content, hasGlyph)) continue
    for (const part of [text, ...text.querySelectorAll('tspan')]) {
      if (part.hasAttribute('font-family')) part.setAttribute('font-family', SYSTEM_FAMILY)
    }
    text.replaceWith(await pictureOf(text, DPI / 25.4 / pxPerMm))
    drawn.push(content)
  }
  return drawn
}
