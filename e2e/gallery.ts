import type { Locator } from '@playwright/test'

// Paths with more numbers than this are kept as how many, where they reach, and points at equal steps.
const LONG_PATH = 24
const SAMPLES = 12
// Half a pixel: what another processor's last digits may move, and far less than a drawing that changed.
const TOLERANCE_PX = 0.5

/**
 * Returns what a figure draws as lines of text: each element with its geometry in the drawing's own pixels, its paint and
 * its words. Where texts end up on the page is left out, and nothing else in a drawing depends on the size of letters, so
 * that the fonts of a machine change no line.
 */
export function drawnLines(figure: Locator): Promise<string[]> {
  return figure.evaluate(
    (node, { longPath, samples }) => {
      const GEOMETRY = 'd x y width height cx cy r x1 y1 x2 y2 points transform dy'.split(' ')
      const PAINT = 'fill stroke stroke-width stroke-dasharray fill-opacity text-anchor'.split(' ')
      const round = (text: string) =>
        text.replaceAll(/-?\d*\.?\d+(?:e-?\d+)?/g, (number) =>
          String(Number(Number(number).toFixed(1))),
        )
      const short = (path: string) => {
        const numbers = (path.match(/-?\d*\.?\d+(?:e-?\d+)?/g) ?? []).map(Number)
        if (numbers.length <= longPath) return round(path)
        const steps = Array.from({ length: samples }, (_, i) => {
          const at = 2 * Math.floor((i * (numbers.length / 2 - 1)) / (samples - 1))
          return `${numbers[at]?.toFixed(1)} ${numbers[at + 1]?.toFixed(1)}`
        })
        const ends = `${Math.min(...numbers).toFixed(1)} to ${Math.max(...numbers).toFixed(1)}`
        return `${numbers.length} numbers, ${ends}: ${steps.join(', ')}`
      }
      // Ids are made anew in every rendering.
      const plain = (text: string) => text.replaceAll(/url\(#[^)]*?(-[\w-]*)?\)/g, 'url(#)')
      const lines: string[] = []
      const walk = (element: Element) => {
        if (element.matches('[data-figure-skip], defs, title, desc')) return
        const words = [...element.childNodes]
          .filter((child) => child.nodeType === Node.TEXT_NODE)
          .map((child) => child.nodeValue?.trim() ?? '')
          .join('')
        const values = [...GEOMETRY, ...PAINT].flatMap((name) => {
          const value = element.getAttribute(name)
          if (value === null) return []
          const text = name === 'd' || name === 'points' ? short(value) : plain(value)
          return [`${name}="${GEOMETRY.includes(name) && name !== 'd' ? round(text) : text}"`]
        })
        if (values.length > 0 || words !== '') {
          const parts = [
            element.tagName.toLowerCase(),
            ...values,
            ...(words ? [JSON.stringify(words)] : []),
          ]
          lines.push(parts.join(' '))
        }
        for (const child of element.children) walk(child)
      }
      for (const part of node.querySelectorAll(
        'svg.recharts-surface, svg[data-figure-mark], [data-figure-text]',
      )) {
        if (part.parentElement?.closest('svg')) continue
        if (part instanceof SVGElement) walk(part)
        else lines.push(`text ${JSON.stringify((part.textContent ?? '').trim())}`)
      }
      return lines
    },
    { longPath: LONG_PATH, samples: SAMPLES },
  )
}

/** Returns the beginning of each drawing under a figure's head that no export takes; buttons, fields and icons of text are not drawings. */
export function untaken(figure: Locator): Promise<string[]> {
  return figure.evaluate((node) =>
    [...node.querySelectorAll('svg:not(.recharts-surface, [data-figure-mark])')]
      .filter(
        (svg) => !svg.closest('button, figcaption, [data-figure-skip], [class*="mantine-Input"]'),
      )
      .filter((svg) => !svg.parentElement?.closest('svg'))
      .map((svg) => svg.outerHTML.slice(0, 80)),
  )
}

const NUMBER = /-?\d+(?:\.\d+)?/g
const GEOMETRY_VALUE =
  /(?<= (?:d|x|y|width|height|cx|cy|r|x1|y1|x2|y2|points|transform|dy)=")[^"]*/g

// Only places and sizes may move a little: paint and words are as kept.
function differs(a: string, b: string): boolean {
  if (a === b) return false
  const rest = (line: string) => line.replace(GEOMETRY_VALUE, (value) => value.replace(NUMBER, '#'))
  if (a.startsWith('text "') || rest(a) !== rest(b)) return true
  const numbers = (line: string) =>
    (line.match(GEOMETRY_VALUE) ?? []).flatMap((value) => (value.match(NUMBER) ?? []).map(Number))
  const after = numbers(b)
  return numbers(a).some((value, i) => Math.abs(value - (after[i] ?? 0)) > TOLERANCE_PX)
}

/** Returns the first lines in which two drawings differ by more than half a pixel; [] when they are the same. */
export function drawingChanges(kept: readonly string[], now: readonly string[]): string[] {
  const changes: string[] = []
  for (let i = 0; i < Math.max(kept.length, now.length) && changes.length < 5; i += 1) {
    const [before = 'nothing', after = 'nothing'] = [kept[i], now[i]]
    if (differs(before, after))
      changes.push(`line ${i + 1}: kept ${before.trim()} | drawn ${after.trim()}`)
  }
  return changes
}
