// Control characters, line and paragraph separators, and what turns the direction of the text around it.
const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu
// A terminal's escape sequences whole: what is left of one would stand in the name as text.
const TERMINAL_SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g
const HALF_PAIRS = /\p{Surrogate}/gu
// What XML 1.0 has no way to write, not even escaped.
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu
const REPLACEMENT = '\ufffd'

/**
 * Returns a name in one line of visible characters: without terminal sequences, control and direction characters, runs of
 * blanks made one. Every name that is stored (studies, evolvers, seed sets, backends, models, files) passes here; it may
 * come back empty.
 */
export function cleanName(text: string): string {
  return text
    .replace(TERMINAL_SEQUENCES, '')
    .replace(/[\s\u0085]+/g, ' ')
    .replace(HIDDEN, '')
    .replace(HALF_PAIRS, REPLACEMENT)
    .trim()
}

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0
  return `\\u${code.toString(16).padStart(4, '0')}`
}

/** Returns a text for a terminal: control and direction characters stand there as `\u001b`; line breaks and tabs are kept. */
export function terminalText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(HIDDEN, (char) => (/[\n\t]/.test(char) ? char : escaped(char)))
    .replace(HALF_PAIRS, escaped)
}

/** Returns a text for one cell of a table on a terminal: as terminalText, line breaks escaped too. */
export function terminalCell(text: string): string {
  return terminalText(text)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`)
}

/** Returns JSON text for a terminal: the same value, with what JSON leaves literal written as escapes. */
export function terminalJson(json: string): string {
  return json.replace(HIDDEN, (char) => (char === '\n' ? char : escaped(char)))
}

/** Returns a text that an XML document can hold: characters that XML does not know become U+FFFD. */
export function xmlText(text: string): string {
  return text.replace(NOT_XML, REPLACEMENT)
}

const MARKUP_SIGNS: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Returns a text that HTML and XML show as it is, between tags and in attributes. */
export function markupText(text: string): string {
  return xmlText(text).replace(/[&<>"']/g, (sign) => MARKUP_SIGNS[sign] ?? sign)
}

// What Markdown (with tables, struck-out text, bare addresses and mentions) or HTML inside it reads as a sign.
const MARKDOWN_SIGNS = /[\\`*_{}[\]#!|~$@]|:(?=\/\/)|^\s*[-+=>]|^\s*\d+(?=[.)])/gmu

/** Returns a text that Markdown shows as it is: no link, image, HTML or heading comes of it; line breaks stay. */
export function markdownText(text: string): string {
  return xmlText(text)
    .replace(MARKDOWN_SIGNS, (sign) =>
      /\d$/.test(sign) ? `${sign}\\` : sign.replace(/.$/, (last) => `\\${last}`),
    )
    .replace(/[&<]/g, (sign) => MARKUP_SIGNS[sign] ?? sign)
}
