const HIDDEN = '[redacted]'
// A shorter key ("EMPTY", "none") also occurs in ordinary replies, where it is no secret.
const SECRET_CHARACTERS = 16

function spellings(key: string): string[] {
  const inJson = JSON.stringify(key).slice(1, -1)
  const inUrl = encodeURIComponent(key)
  return [...new Set([key, inJson, inUrl])]
}

/** Returns the text with every occurrence of the key replaced, as it stands or as JSON or URLs write it. */
export function redactKey(text: string, key: string | undefined): string {
  if (!key) return text
  return spellings(key).reduce((clean, spelling) => clean.replaceAll(spelling, HIDDEN), text)
}

/** Returns whether a reply repeats the key that was sent; keys too short to be secrets do not count. */
export function repeatsKey(text: string, key: string | undefined): boolean {
  if (!key || key.length < SECRET_CHARACTERS) return false
  return spellings(key).some((spelling) => text.includes(spelling))
}
