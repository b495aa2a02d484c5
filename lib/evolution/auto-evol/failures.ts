/** Why an answer shows that its instruction was evolved badly, by the rules of the original method: short reason codes. */
const DETECTORS: Record<string, (answer: string) => boolean> = {
  // The answer has nothing to do: the task did not get harder.
  stagnant: (answer) => /^\W*(?:understood|thank you|thanks)\b/i.test(answer) && asks(answer),
  // The answer asks back: the task does not say enough.
  underspecified: (answer) => /^\W*sure\b/i.test(answer) && asks(answer),
  // The answer lacks what the task speaks of.
  lost_information: (answer) => /\bplease provide\b/i.test(answer),
}

function asks(answer: string): boolean {
  return /[?？]["'”’)*_\s]*$/u.test(answer)
}

/** Returns the first failure that an answer shows; null where it shows none. */
export function failureOf(answer: string): string | null {
  return Object.entries(DETECTORS).find(([, shows]) => shows(answer))?.[0] ?? null
}
