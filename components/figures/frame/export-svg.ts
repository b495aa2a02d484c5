import { xmlText } from '@/lib/contracts/plain-text'

const SVG_NS = 'http://www.w3.org/2000/svg'
// Room around the figure, so that it does not touch the edge of a slide.
const MARGIN_PX = 16

/** What the file says of itself. */
export interface SvgTexts {
  title: string
  /** Reading, n per series, definitions and date. */
  description: string
}

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

interface TextLine {
  text: string
  left: number
  right: number
  top: number
  height: number
}

/** Returns the lines of an element's text as the page broke them. */
function linesOf(element: Element): TextLine[] {
  const lines: TextLine[] = []
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const word of (node.nodeValue ?? '').matchAll(/\S+/g)) {
      range.setStart(node, word.index)
      range.setEnd(node, word.index + word[0].length)
      const box = range.getBoundingClientRect()
      const last = lines.at(-1)
      if (last && Math.abs(last.top - box.top) < box.height / 2) {
        // Pieces of one word come as nodes of their own without a gap between them.
        last.text += box.left - last.right > 1 ? ` ${word[0]}` : word[0]
        last.right = box.right
        continue
      }
      const { left, right, top, height } = box
      lines.push({ text: word[0], left, right, top, height })
    }
  }
  return lines
}

function textElements(element: Element, origin: DOMRect): SVGTextElement[] {
  const style = getComputedStyle(element)
  const size = Number.parseFloat(style.fontSize)
  return linesOf(element).map((line) => {
    const text = document.createElementNS(SVG_NS, 'text')
    text.setAttribute('x', (line.left - origin.left).toFixed(1))
    // Baseline: the middle of the line plus about a third of the font size.
    text.setAttribute('y', (line.top - origin.top + line.height / 2 + size * 0.35).toFixed(1))
    text.setAttribute('fill', style.color)
    text.setAttribute('font-family', style.fontFamily.replaceAll('"', ''))
    text.setAttribute('font-size', style.fontSize)
    if (style.fontWeight !== '400') text.setAttribute('font-weight', style.fontWeight)
    text.textContent = line.text
    return text
  })
}

function described(name: 'title' | 'desc', content: string): SVGElement {
  const element = document.createElementNS(SVG_NS, name)
  element.textContent = content
  return element
}

/**
 * Returns the figure as one SVG document in light colours: all its panels, legend samples and marked texts where the
 * page shows them. Text stays text.
 */
export function figureToSvg(
  plate: HTMLElement,
  texts: SvgTexts,
  background: string | null,
): string {
  const before = plate.style.colorScheme
  // Exports are for paper and slides: light colours whatever the page wears.
  plate.style.colorScheme = 'light'
  try {
    const origin = plate.getBoundingClientRect()
    const root = document.createElementNS(SVG_NS, 'svg')
    const width = Math.ceil(origin.width) + 2 * MARGIN_PX
    const height = Math.ceil(origin.height) + 2 * MARGIN_PX
    root.setAttribute('xmlns', SVG_NS)
    root.setAttribute('width', String(width))
    root.setAttribute('height', String(height))
    root.setAttribute('viewBox', `${-MARGIN_PX} ${-MARGIN_PX} ${width} ${height}`)
    root.setAttribute('role', 'img')
    root.append(described('title', texts.title), described('desc', texts.description))
    if (background !== null) {
      const sheet = document.createElementNS(SVG_NS, 'rect')
      sheet.setAttribute('x', String(-MARGIN_PX))
      sheet.setAttribute('y', String(-MARGIN_PX))
      sheet.setAttribute('width', String(width))
      sheet.setAttribute('height', String(height))
      sheet.setAttribute('fill', background)
      root.append(sheet)
    }
    for (const svg of plate.querySelectorAll<SVGSVGElement>(
      'svg.recharts-surface, svg[data-figure-mark]',
    )) {
      if (svg.parentElement?.closest('svg')) continue
      const box = svg.getBoundingClientRect()
      root.append(standalone(svg, box.left - origin.left, box.top - origin.top))
    }
    for (const element of plate.querySelectorAll('[data-figure-text]')) {
      root.append(...textElements(element, origin))
    }
    // Labels may hold characters that no XML document can; the serializer writes them all the same.
    const drawn = xmlText(new XMLSerializer().serializeToString(root))
    return `<?xml version="1.0" encoding="UTF-8"?>\n${drawn}\n`
  } finally {
    plate.style.colorScheme = before
  }
}
