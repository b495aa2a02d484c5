/** Mean width of a letter of 11 px, to tell what fits. */
export const LETTER_PX = 5.8

/** Returns a text cut to the width that it has, with "…" where it is cut. */
export function fitting(text: string, width: number, letter = LETTER_PX): string {
  const letters = Math.max(1, Math.floor(width / letter))
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`
}
