/** How an own value stands beside a published one. */
export interface Verdict {
  verdict: 'match' | 'differs' | 'not comparable'
  /** Why the two cannot be compared, or what decided; never empty. */
  reason: string
}

export interface VerdictInput {
  own: number | null
  /** 95 % interval of the own value. */
  low: number | null
  high: number | null
  published: number
  ownModel: string | null
  /** null where the paper names none. */
  publishedModel: string | null
  /** What the model is called in the sentence: judge, scorer. */
  role: string
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '')

/**
 * Returns match or differs when both values come from the same model, and otherwise why they cannot be compared. The
 * prompts of Evolens are its own wording, which the reason says as well.
 */
export function verdictOf(input: VerdictInput): Verdict {
  const { own, low, high, published, ownModel, publishedModel, role } = input
  if (own === null) return { verdict: 'not comparable', reason: 'no own value yet' }
  if (publishedModel === null) {
    return { verdict: 'not comparable', reason: `the paper does not name its ${role}` }
  }
  if (ownModel === null || !plain(ownModel).includes(plain(publishedModel))) {
    const who = ownModel === null ? 'unknown' : ownModel
    return {
      verdict: 'not comparable',
      reason: `other ${role}: ${who}, in the paper ${publishedModel}`,
    }
  }
  const inside = low !== null && high !== null && published >= low && published <= high
  return inside
    ? {
        verdict: 'match',
        reason: 'the published value lies in the 95 % interval; prompt wording is our own',
      }
    : {
        verdict: 'differs',
        reason: 'the published value lies outside the 95 % interval; prompt wording is our own',
      }
}
