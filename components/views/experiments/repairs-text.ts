/** Returns the repairs that a reason is made of in words; null where one is not known. */
export function repairsText(reason: string, words: Record<string, string>): string | null {
  const repairs = reason.split('+').map((name) => words[name])
  return repairs.every((text) => text !== undefined) ? repairs.join('; ') : null
}
