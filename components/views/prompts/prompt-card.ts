import { markupText } from '@/lib/contracts/plain-text'
import { promptCard, usedBy } from '@/lib/contracts/prompt-text'
import type { PromptInfo, PromptVersion } from '@/lib/contracts/prompts'

// Letters in a line of the picture, and its measures in pixels.
const LINE_LETTERS = 92
const WIDTH_PX = 760
const LINE_PX = 18
const MARGIN_PX = 20
const FONT_PX = 13

/** Returns a prompt's version as a card: what it is, what is asked back, who used it with which sampling, and its text. */
export function cardText(prompt: PromptInfo, version: PromptVersion): string {
  const { title, purpose, facts, template } = promptCard(prompt, version)
  const used = usedBy(version).map((text) => `Used by: ${text}`)
  const lines = facts.map(([name, text]) => `${name}: ${text}`)
  return [title, purpose, '', ...lines, ...used, '', template, ''].join('\n')
}

/**
 * Returns lines of at most `letters`, broken between words where there are any.
 *
 * @internal
 */
export function wrapped(text: string, letters = LINE_LETTERS): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = []
    let rest = line
    while (rest.length > letters) {
      const gap = rest.lastIndexOf(' ', letters)
      const end = gap > 0 ? gap : letters
      lines.push(rest.slice(0, end))
      rest = rest.slice(gap > 0 ? end + 1 : end)
    }
    return [...lines, rest]
  })
}

/** Returns the card as an SVG document on white; its text stays text. */
export function cardSvg(prompt: PromptInfo, version: PromptVersion): string {
  const lines = wrapped(cardText(prompt, version).trimEnd())
  const height = 2 * MARGIN_PX + lines.length * LINE_PX
  const texts = lines.map((line, i) => {
    const y = MARGIN_PX + (i + 1) * LINE_PX - 4
    const weight = i === 0 ? ' font-weight="600"' : ''
    return `<text x="${MARGIN_PX}" y="${y}" xml:space="preserve"${weight}>${markupText(line)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PX}" height="${height}" viewBox="0 0 ${WIDTH_PX} ${height}" font-family="monospace" font-size="${FONT_PX}" fill="#1b1e24"><rect width="100%" height="100%" fill="#ffffff" stroke="#8b919c"/>${texts.join('')}</svg>\n`
}
