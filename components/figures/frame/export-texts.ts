const SVG_NS = 'http://www.w3.org/2000/svg'

/** Returns an SVG element; lengths are rounded to a tenth of a pixel. */
export function svgElement(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG_NS, name)
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === 'number' ? value.toFixed(1) : value)
  }
  return element
}

interface TextLine {
  text: string
  left: number
  right: number
  top: number
  height: number
  /** What the text looks like. */
  style: CSSStyleDeclaration
}

// Words further apart than this many letters' heights belong to different cells of a table.
const WORD_GAP_EM = 0.7

/** Returns the lines of an element's text as the page broke them, in pieces of one style. */
function linesOf(element: Element): TextLine[] {
  const lines: TextLine[] = []
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { parentElement } = node
    if (!parentElement || parentElement.closest('svg, [data-figure-skip]')) continue
    const style = getComputedStyle(parentElement)
    if (style.visibility === 'hidden') continue
    for (const word of (node.nodeValue ?? '').matchAll(/\S+/g)) {
      range.setStart(node, word.index)
      range.setEnd(node, word.index + word[0].length)
      // A word that is broken has a box on each line; its letters go where they are.
      const boxes = [...range.getClientRects()].filter((box) => box.width > 0)
      if (boxes.length > 1) {
        lines.push(...lettersOf(node, word[0], word.index, style))
        continue
      }
      const box = boxes[0]
      if (!box) continue
      const last = lines.at(-1)
      const gap = last ? box.left - last.right : 0
      if (
        last &&
        Math.abs(last.top - box.top) < box.height / 2 &&
        Math.abs(gap) < WORD_GAP_EM * Number.parseFloat(style.fontSize) &&
        last.style.color === style.color &&
        last.style.fontWeight === style.fontWeight
      ) {
        // Pieces of one word come as nodes of their own without a gap between them.
        last.text += gap > 1 ? ` ${word[0]}` : word[0]
        last.right = box.right
        continue
      }
      const { left, right, top, height } = box
      lines.push({ text: word[0], left, right, top, height, style })
    }
  }
  return lines
}

/** Returns the pieces of a word that the page broke over several lines. */
function lettersOf(node: Node, word: string, from: number, style: CSSStyleDeclaration): TextLine[] {
  const pieces: TextLine[] = []
  const range = document.createRange()
  let at = from
  for (const letter of word) {
    range.setStart(node, at)
    range.setEnd(node, at + letter.length)
    at += letter.length
    const { left, right, top, height } = range.getBoundingClientRect()
    const last = pieces.at(-1)
    if (last && Math.abs(last.top - top) < height / 2) {
      last.text += letter
      last.right = right
    } else pieces.push({ text: letter, left, right, top, height, style })
  }
  return pieces
}

const CLEAR = /^(transparent|rgba\(.*, 0\))$/

/** Returns backgrounds and borders of an element of text and of everything in it: cells of a table, marked words. */
export function boxesOf(element: Element, origin: DOMRect): SVGElement[] {
  return [element, ...element.querySelectorAll('*')].flatMap((one) => {
    if (one.closest('svg, [data-figure-skip]')) return []
    const style = getComputedStyle(one)
    const thick = Number.parseFloat(style.borderBottomWidth)
    const border = thick > 0 ? style.borderBottomColor : ''
    const isFilled = !CLEAR.test(style.backgroundColor)
    if (!isFilled && border === '') return []
    return [...one.getClientRects()].flatMap(({ left, top, width, height }) => {
      const x = left - origin.left
      const y = top - origin.top
      return [
        ...(isFilled
          ? [svgElement('rect', { x, y, width, height, fill: style.backgroundColor })]
          : []),
        ...(border === ''
          ? []
          : [
              svgElement('path', {
                d: `M${x.toFixed(1)} ${(y + height - thick / 2).toFixed(1)}h${width.toFixed(1)}`,
                stroke: border,
                'stroke-width': thick,
                fill: 'none',
              }),
            ]),
      ]
    })
  })
}

/** Returns the text of an element as SVG, where the page shows it. */
export function textElements(element: Element, origin: DOMRect): SVGElement[] {
  return linesOf(element).flatMap(({ text: content, left, right, top, height, style }) => {
    const size = Number.parseFloat(style.fontSize)
    const x = left - origin.left
    // Baseline: the middle of the line plus about a third of the font size.
    const y = top - origin.top + height / 2 + size * 0.35
    const text = svgElement('text', { x, y, fill: style.color })
    text.setAttribute('font-family', style.fontFamily.replaceAll('"', ''))
    text.setAttribute('font-size', style.fontSize)
    if (style.fontWeight !== '400') text.setAttribute('font-weight', style.fontWeight)
    text.textContent = content
    const struck = style.textDecorationLine.includes('line-through')
    const ruled = struck || style.textDecorationLine.includes('underline')
    const ruleY = struck ? y - size * 0.3 : y + size * 0.12
    const line = `M${x.toFixed(1)} ${ruleY.toFixed(1)}h${(right - left).toFixed(1)}`
    return ruled
      ? [text, svgElement('path', { d: line, stroke: style.color, fill: 'none' })]
      : [text]
  })
}
