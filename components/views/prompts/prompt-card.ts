import { markdownText, markupText } from '@/lib/contracts/plain-text'
import type { PromptInfo, PromptUse, PromptVersion } from '@/lib/contracts/prompts'
import { scaleText } from './scale-fields'

// Letters in a line of the picture, and its measures in pixels.
const LINE_LETTERS = 92
const WIDTH_PX = 760
const LINE_PX = 18
const MARGIN_PX = 20
const FONT_PX = 13

/** How replies were drawn, in words: "temperature 0, maxTokens 32". */
export function samplingText({ sampling }: PromptUse): string {
  return sampling.map(({ name, value }) => `${name} ${value}`).join(', ')
}

function useText(use: PromptUse): string {
  const { kind, label, study, model, runId } = use
  const what = { run: label, rows: `rows of ${label}`, responses: `responses to ${label}` }[kind]
  const parts = [
    `${what} (${study})`,
    model,
    samplingText(use),
    runId === null ? '' : `run ${runId}`,
  ]
  return parts.filter(Boolean).join('; ')
}

// A card is read as a whole: more uses are counted.
const MOST_USES = 10

/** What is said of a version before its text. */
function cardFacts(prompt: PromptInfo, version: PromptVersion): [string, string][] {
  const { uses } = version
  const more = uses.length > MOST_USES ? [`and ${uses.length - MOST_USES} more`] : []
  return [
    ['SHA-256', version.hash],
    ['Placeholders', prompt.allowed.map((name) => `{${name}}`).join(', ') || 'none'],
    ['Reply', prompt.contract],
    ...(version.scale ? [['Scale', scaleText(version.scale)] as [string, string]] : []),
    ...(uses.length === 0 ? [['Used by', 'nothing yet'] as [string, string]] : []),
    ...[...uses.slice(0, MOST_USES).map(useText), ...more].map(
      (text) => ['Used by', text] as [string, string],
    ),
  ]
}

/** Returns a prompt's version as a card: what it is, what is asked back, who used it with which sampling, and its text. */
export function cardText(prompt: PromptInfo, version: PromptVersion): string {
  return [
    `${prompt.name}, version ${version.version}`,
    prompt.purpose,
    '',
    ...cardFacts(prompt, version).map(([name, text]) => `${name}: ${text}`),
    '',
    version.template,
    '',
  ].join('\n')
}

/** Returns the card as Markdown; nothing of names or text is read as markup. */
export function cardMarkdown(prompt: PromptInfo, version: PromptVersion): string {
  const longest = Math.max(2, ...(version.template.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return [
    `### ${markdownText(prompt.name)}, version ${markdownText(version.version)}`,
    '',
    markdownText(prompt.purpose),
    '',
    ...cardFacts(prompt, version).map(([name, text]) => `- ${name}: ${markdownText(text)}`),
    '',
    fence,
    version.template,
    fence,
    '',
  ].join('\n')
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
