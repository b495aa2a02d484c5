/**
 * Returns the texts in packs of at most `tokens` tokens, longest first, so that those of a pack are of like length;
 * longer texts stand alone and texts without a token are left out.
 */
export function packTexts(lengths: readonly number[], tokens: number): number[][] {
  const order = lengths
    .map((length, text) => ({ length, text }))
    .filter(({ length }) => length > 0)
    .toSorted((a, b) => b.length - a.length || a.text - b.text)
  const packs: number[][] = []
  let room = 0
  for (const { length, text } of order) {
    if (length <= room) packs.at(-1)?.push(text)
    else packs.push([text])
    room = (length <= room ? room : tokens) - length
  }
  return packs
}
