import type { jsPDF } from 'jspdf'
import type { FigureRecord } from '@/lib/contracts/figure-record'
import { xmlText } from '@/lib/contracts/plain-text'
import { drawLetters, SYSTEM_FAMILY } from './export-letters'
import { crc32 } from './png-text'

// The name that .print gives to every text: layout and file use the same letters.
const FAMILY = 'EvolensFigure'

// Arimo has the widths of Arial and Helvetica, and Latin, Greek and Cyrillic letters.
const FONTS = [
  {
    style: 'normal',
    weight: '400',
    url: new URL(
      '../../../node_modules/@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf',
      import.meta.url,
    ),
  },
  {
    style: 'bold',
    weight: '700',
    url: new URL(
      '../../../node_modules/@expo-google-fonts/arimo/700Bold/Arimo_700Bold.ttf',
      import.meta.url,
    ),
  },
] as const

const loaded = new Map<string, Promise<ArrayBuffer>>()

async function loadFont(url: URL): Promise<ArrayBuffer> {
  const response = await fetch(url)
  if (!response.ok) {
    throw new Error('The font of PDF files could not be loaded. Reload the page, or export SVG.')
  }
  return response.arrayBuffer()
}

function fontBytes(url: URL): Promise<ArrayBuffer> {
  const before = loaded.get(url.href)
  if (before) return before
  const bytes = loadFont(url)
  loaded.set(url.href, bytes)
  bytes.catch(() => loaded.delete(url.href))
  return bytes
}

/** Makes the letters of PDF files known to the page: every printed figure is laid out with them, whatever its format. */
export async function loadPrintFonts(): Promise<void> {
  await Promise.all(
    FONTS.map(async ({ weight, url }) => {
      const bytes = await fontBytes(url)
      const isThere = [...document.fonts].some(
        (face) => face.family === FAMILY && face.weight === weight,
      )
      if (!isThere) document.fonts.add(await new FontFace(FAMILY, bytes, { weight }).load())
    }),
  )
}

/** Names fonts that machines have in place of our own, which would make an SVG file of 40 KB one of 900; their letters are as wide. */
export function withSystemFonts(svg: string): string {
  return svg.replaceAll(`"${FAMILY}, sans-serif"`, `"${SYSTEM_FAMILY}"`)
}

/**
 * Puts the letters that a drawing was laid out with into it: a picture knows no font of its page, and a machine without
 * those that files name has wider ones, whose lines would be cut.
 */
export async function withOwnFonts(svg: string): Promise<string> {
  const faces = await Promise.all(
    FONTS.map(async ({ weight, url }) => {
      const source = `url(data:font/ttf;base64,${base64(await fontBytes(url))})`
      return `@font-face{font-family:${FAMILY};font-weight:${weight};src:${source}}`
    }),
  )
  return svg.replace(/<svg[^>]*>/, (root) => `${root}<style>${faces.join('')}</style>`)
}

function base64(bytes: ArrayBuffer): string {
  let text = ''
  const view = new Uint8Array(bytes)
  // Arguments of a call are limited, so the bytes go in pieces.
  for (let at = 0; at < view.length; at += 8192) {
    text += String.fromCharCode(...view.subarray(at, at + 8192))
  }
  return btoa(text)
}

// The writer takes one byte a character; references are ASCII whatever the letters.
function asciiXml(text: string): string {
  return xmlText(text).replaceAll(
    /[<>&"'\u0080-\u{10ffff}]/gu,
    (char) => `&#${char.codePointAt(0) ?? 0};`,
  )
}

function xmp({ title, description, json }: FigureRecord, version: string): string {
  const alternative = (name: string, text: string) =>
    `<dc:${name}><rdf:Alt><rdf:li xml:lang="x-default">${asciiXml(text)}</rdf:li></rdf:Alt></dc:${name}>`
  return [
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:evolens="urn:evolens:figure:1">',
    alternative('title', title),
    alternative('description', description),
    `<xmp:CreatorTool>Evolens ${asciiXml(version)}</xmp:CreatorTool>`,
    `<evolens:card>${asciiXml(json)}</evolens:card>`,
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
    '<?xpacket end="w"?>',
  ].join('\n')
}

/** Prepares a drawing for the writer: composed letters, plain blanks, and the two weights that the file has. */
function simplify(drawing: Element): void {
  for (const element of drawing.querySelectorAll('text, tspan')) {
    for (const child of element.childNodes) {
      if (child.nodeType !== Node.TEXT_NODE) continue
      child.nodeValue = (child.nodeValue ?? '').normalize('NFC').replaceAll(/\s/gu, ' ')
    }
    const weight = Number(element.getAttribute('font-weight') ?? 400)
    element.setAttribute('font-weight', weight >= 600 ? 'bold' : 'normal')
  }
}

/** The 32 digits by which a PDF is told from others. */
function fileId(card: string): string {
  return Array.from({ length: 4 }, (_, part) =>
    crc32(new TextEncoder().encode(`${part}${card}`))
      .toString(16)
      .padStart(8, '0'),
  )
    .join('')
    .toUpperCase()
}

interface PdfSize {
  widthMm: number
  heightMm: number
}

/** Makes each picture of letters say its text to whoever copies or reads it aloud; other pictures have none. */
function nameImages(doc: jsPDF, texts: readonly string[]): void {
  const left = [...texts]
  // The types leave out what writes operators of a page.
  const { write } = doc.internal as unknown as { write(operators: string): void }
  const add = doc.addImage.bind(doc) as (...args: unknown[]) => jsPDF
  doc.addImage = (...args: unknown[]) => {
    const text = left.shift() ?? ''
    if (text === '') return add(...args)
    const utf16 = [...text].flatMap((character) =>
      Array.from({ length: character.length }, (_, at) =>
        character.charCodeAt(at).toString(16).padStart(4, '0'),
      ),
    )
    write(`/Span <</ActualText <feff${utf16.join('')}>>> BDC`)
    add(...args)
    write('EMC')
    return doc
  }
}

/**
 * Returns the picture as a PDF of one page: vectors, text as text, its card as metadata. Texts with letters that its font
 * lacks are pictures that say their text.
 */
export async function svgToPdf(
  svg: string,
  record: FigureRecord,
  { widthMm, heightMm }: PdfSize,
  { version, at }: { version: string; at: number },
): Promise<Blob> {
  // Half a megabyte that only a PDF needs.
  const [{ jsPDF: Pdf }, { svg2pdf }] = await Promise.all([import('jspdf'), import('svg2pdf.js')])
  const doc = new Pdf({
    unit: 'mm',
    format: [widthMm, heightMm],
    orientation: widthMm >= heightMm ? 'landscape' : 'portrait',
    compress: true,
    putOnlyUsedFonts: true,
  })
  for (const { style, url } of FONTS) {
    doc.addFileToVFS(`${style}.ttf`, base64(await fontBytes(url)))
    doc.addFont(`${style}.ttf`, FAMILY, style)
  }
  doc.setFont(FAMILY, 'normal')
  const drawing = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement
  const font = doc.getFont() as unknown as {
    metadata: { characterToGlyph(code: number): number }
  }
  simplify(drawing)
  const px = Number(/viewBox="\S+ \S+ (\S+) /.exec(svg)?.[1])
  const hasGlyph = (code: number) => font.metadata.characterToGlyph(code) > 0
  const own = new Set(drawing.querySelectorAll('image'))
  const letters = (await drawLetters(drawing, hasGlyph, px / widthMm)).values()
  const pictures = [...drawing.querySelectorAll('image')]
  nameImages(
    doc,
    pictures.map((picture) => (own.has(picture) ? '' : (letters.next().value ?? ''))),
  )
  doc.setProperties({
    title: record.title,
    subject: record.description,
    creator: `Evolens ${version}`,
  })
  // Date and id follow from the card, so that one card gives one file.
  doc.setCreationDate(new Date(at))
  doc.setFileId(fileId(record.json))
  doc.setLanguage('en')
  doc.addMetadata(xmp(record, version), true)
  await svg2pdf(drawing, doc, { x: 0, y: 0, width: widthMm, height: heightMm })
  return doc.output('blob')
}
