import { defineRecogniser } from '../types'
import type { JsonObject } from '../types'

// formats.md section 1: at least 95 % of the elements must look so.
const SHARE = 0.95

/** Pooled first-token log-probabilities: elements of one key, a token, with a number of at most 0. */
export const tokenLogprobs = defineRecogniser({
  id: 'token-logprobs',
  matches: (head) =>
    head.objects.length > 0 && head.objects.filter(isLogprob).length >= SHARE * head.values.length,
  message:
    'This file holds token log-probabilities pooled over rows, not instructions. Import the row file; first-token probabilities are computed here.',
})

function isLogprob(value: JsonObject): boolean {
  const values = Object.values(value)
  return values.length === 1 && typeof values[0] === 'number' && values[0] <= 0
}
