// What an assistant can take in at once; about 15,000 tokens.
const MOST_CHARACTERS = 60_000
/** Lengths of texts and lists that are tried, until a reply fits. */
const STEPS = [
  { text: 8_000, list: 1_000 },
  { text: 4_000, list: 200 },
  { text: 1_000, list: 100 },
  { text: 400, list: 50 },
  { text: 200, list: 20 },
  { text: 100, list: 5 },
] as const
// Paths of cut parts that are named; the others are counted.
const MOST_NAMED = 20

interface Cut {
  value: unknown
  /** What was left out, with its place. */
  cut: string[]
}

function cutTo(
  value: unknown,
  step: (typeof STEPS)[number],
  place: string,
  cut: string[],
): unknown {
  if (typeof value === 'string') {
    if (value.length <= step.text) return value
    cut.push(`${place}: the first ${step.text} of ${value.length} characters`)
    return `${value.slice(0, step.text)} [cut]`
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    if (value.length > step.list)
      cut.push(`${place}: the first ${step.list} of ${value.length} entries`)
    return value.slice(0, step.list).map((one, at) => cutTo(one, step, `${place}[${at}]`, cut))
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      cutTo(one, step, place ? `${place}.${name}` : name, cut),
    ]),
  )
}

/**
 * Returns a reply that is short enough for an assistant: texts and lists are shortened, numbers never changed, and `cut` says
 * where. Null where even the shortest is too long.
 */
export function boundedReply(reply: unknown): Cut | null {
  for (const step of STEPS) {
    const cut: string[] = []
    const value = cutTo(reply, step, '', cut)
    if (JSON.stringify(value).length > MOST_CHARACTERS) continue
    const more = cut.length - MOST_NAMED
    const named = more > 0 ? [...cut.slice(0, MOST_NAMED), `and ${more} more places`] : cut
    return { value, cut: named }
  }
  return null
}
