// Character n-grams of five, as the rule states.
const GRAM = 5
// Shorter texts have too few 5-grams to be nearly the same.
const SHORTEST = 20
// Texts beyond this are compared by their beginnings; sets of 5-grams take memory many times the text's.
const LONGEST = 200_000

const EDGE = /[\s\p{P}]/u
const OPENING = /["'“”„‘’«»「」『』\s]/u

/**
 * Returns a text as copies are recognised: NFKC, case folded, white space as one blank, without quotation marks before it and
 * punctuation after it.
 */
export function normalText(text: string): string {
  const folded = text
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll(/\s+/g, ' ')
  let from = 0
  let to = folded.length
  while (to > 0 && EDGE.test(folded[to - 1] as string)) to -= 1
  while (from < to && OPENING.test(folded[from] as string)) from += 1
  return folded.slice(from, to)
}

function grams(text: string): Set<string> {
  const found = new Set<string>()
  const end = Math.min(text.length, LONGEST) - GRAM
  for (let at = 0; at <= end; at += 1) found.add(text.slice(at, at + GRAM))
  return found
}

/**
 * Returns the Jaccard index of the character 5-grams of two normal texts; for texts under 20 characters whether they are
 * equal.
 */
export function likeness(a: string, b: string): number {
  if (a === b) return 1
  if (a.length < SHORTEST || b.length < SHORTEST) return 0
  const [own, other] = [grams(a), grams(b)]
  let common = 0
  for (const gram of own) if (other.has(gram)) common += 1
  return common / (own.size + other.size - common)
}
