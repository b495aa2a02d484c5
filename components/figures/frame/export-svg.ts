import type { FigureRecord } from '@/lib/contracts/figure-record'
import { xmlText } from '@/lib/contracts/plain-text'
import { boxesOf, svgElement, textElements } from './export-texts'

// Room around the figure, so that it does not touch the edge of a slide.
const MARGIN_PX = 16
// On paper the width is counted with its margin, so it is small: marks at the edge must not be cut.
const PRINT_MARGIN_PX = 3

// Every property that our drawings set through styles or inheritance, with the value that needs no attribute.
const PROPERTIES: readonly (readonly [name: string, initial: string])[] = [
  ['fill', 'rgb(0, 0, 0)'],
  ['fill-opacity', '1'],
  ['stroke', 'none'],
  ['stroke-width', '1px'],
  ['stroke-opacity', '1'],
  ['stroke-dasharray', 'none'],
  ['stroke-linecap', 'butt'],
  ['stroke-linejoin', 'miter'],
  ['opacity', '1'],
  ['font-family', ''],
  ['font-size', ''],
  ['font-weight', '400'],
  ['text-anchor', 'start'],
]
const TEXT_ONLY = new Set(['font-family', 'font-size', 'font-weight', 'text-anchor'])
const TEXT_TAGS = new Set(['text', 'tspan'])
const DROPPED = '[data-figure-skip], foreignObject, script, title, desc'

function inlineStyles(source: Element, target: Element): void {
  const style = getComputedStyle(source)
  if (style.display === 'none' || style.visibility === 'hidden') {
    target.setAttribute('display', 'none')
    return
  }
  for (const [name, initial] of PROPERTIES) {
    if (TEXT_ONLY.has(name) && !TEXT_TAGS.has(source.tagName.toLowerCase())) continue
    const value = style.getPropertyValue(name).replaceAll('"', '').trim()
    if (value !== '' && value !== initial) target.setAttribute(name, value)
    else target.removeAttribute(name)
  }
  target.removeAttribute('style')
  target.removeAttribute('class')
}

/** Returns a copy of a drawing in which no style depends on the page around it. */
function standalone(source: SVGSVGElement, left: number, top: number): SVGSVGElement {
  const copy = source.cloneNode(true) as SVGSVGElement
  const originals = [source, ...source.querySelectorAll('*')]
  const copies = [copy, ...copy.querySelectorAll('*')]
  originals.forEach((original, i) => inlineStyles(original, copies[i] as Element))
  for (const dropped of copy.querySelectorAll(DROPPED)) dropped.remove()
  for (const element of [copy, ...copy.querySelectorAll('*')]) {
    for (const name of element.getAttributeNames()) {
      if (/^(aria-|data-|role$|tabindex$|on)/i.test(name)) element.removeAttribute(name)
    }
  }
  const box = source.getBoundingClientRect()
  copy.setAttribute('x', left.toFixed(1))
  copy.setAttribute('y', top.toFixed(1))
  copy.setAttribute('width', box.width.toFixed(1))
  copy.setAttribute('height', box.height.toFixed(1))
  return copy
}

function described(name: 'title' | 'desc' | 'metadata', content: string): SVGElement {
  const element = svgElement(name, {})
  element.textContent = content
  return element
}

/** How the picture is to come out. */
export interface SvgLook {
  /** null = transparent. */
  background: string | null
  /** Width on paper; null = as many pixels as on screen. */
  widthMm: number | null
  /** Every colour as the grey of its lightness. */
  grey: boolean
}

/** Returns the room around a figure in pixels of its layout. */
export function marginOf({ widthMm }: Pick<SvgLook, 'widthMm'>): number {
  return widthMm === null ? MARGIN_PX : PRINT_MARGIN_PX
}

/**
 * Returns the figure as one SVG document in light colours: all its panels, legend samples and marked texts where the
 * page shows them. Text stays text. Its card is in title, desc and metadata.
 */
export function figureToSvg(plate: HTMLElement, record: FigureRecord, look: SvgLook): string {
  const before = plate.style.colorScheme
  // Exports are for paper and slides: light colours whatever the page wears.
  plate.style.colorScheme = 'light'
  try {
    const origin = plate.getBoundingClientRect()
    const margin = marginOf(look)
    const width = Math.ceil(origin.width) + 2 * margin
    const height = Math.ceil(origin.height) + 2 * margin
    const unit = look.widthMm === null ? null : look.widthMm / width
    const length = (px: number) => (unit === null ? String(px) : `${(px * unit).toFixed(3)}mm`)
    const root = svgElement('svg', {
      width: length(width),
      height: length(height),
      viewBox: `${-margin} ${-margin} ${width} ${height}`,
      role: 'img',
    })
    const metadata = described('metadata', record.json)
    root.append(described('title', record.title), described('desc', record.description), metadata)
    if (look.background !== null) {
      const sheet = { x: -margin, y: -margin, width, height, fill: look.background }
      root.append(svgElement('rect', sheet))
    }
    const texts = [...plate.querySelectorAll('[data-figure-text]')]
    for (const element of texts) root.append(...boxesOf(element, origin))
    for (const svg of plate.querySelectorAll<SVGSVGElement>(
      'svg.recharts-surface, svg[data-figure-mark]',
    )) {
      if (svg.parentElement?.closest('svg')) continue
      const box = svg.getBoundingClientRect()
      root.append(standalone(svg, box.left - origin.left, box.top - origin.top))
    }
    for (const element of texts) root.append(...textElements(element, origin))
    if (look.grey) turnGrey(root)
    numberIds(root)
    // Labels may hold characters that no XML document can; the serializer writes them all the same.
    const drawn = xmlText(new XMLSerializer().serializeToString(root))
    return `<?xml version="1.0" encoding="UTF-8"?>\n${drawn}\n`
  } finally {
    plate.style.colorScheme = before
  }
}

/** Numbers the ids of a drawing in their order: those of the page differ from one rendering to the next. */
function numberIds(root: SVGElement): void {
  const numbers = new Map<string, string>()
  for (const element of root.querySelectorAll('[id]')) {
    if (!numbers.has(element.id)) numbers.set(element.id, `e${numbers.size + 1}`)
  }
  const numbered = (id: string) => numbers.get(id) ?? id
  for (const element of root.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      const next =
        name === 'id'
          ? numbered(value)
          : name.endsWith('href') && value.startsWith('#')
            ? `#${numbered(value.slice(1))}`
            : value.replaceAll(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${numbered(id)})`)
      if (next !== value) element.setAttribute(name, next)
    }
  }
}

const COLOR = /rgba?\((\d+), (\d+), (\d+)/

/** Makes every colour of a drawing the grey of its lightness. */
function turnGrey(root: SVGElement): void {
  for (const element of root.querySelectorAll('[fill], [stroke]')) {
    for (const name of ['fill', 'stroke']) {
      const value = element.getAttribute(name)
      if (value === null) continue
      const grey = value.replace(COLOR, (found, r: string, g: string, b: string) => {
        const light = Math.round(0.2126 * Number(r) + 0.7152 * Number(g) + 0.0722 * Number(b))
        return `${found.slice(0, found.indexOf('('))}(${light}, ${light}, ${light}`
      })
      element.setAttribute(name, grey)
    }
  }
}
