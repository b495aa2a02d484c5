/** Returns a token with its blanks and line breaks made visible. */
export function visibleToken(text: string): string {
  return text.replaceAll(' ', '·').replaceAll('\n', '↵').replaceAll('\t', '→') || '(empty)'
}
