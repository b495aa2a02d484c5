import { compareVectors } from '../probe/identity'
import { requestError } from './request-error'
import type { BackendLimits, ProbeVector } from '../types'
import { embeddingVector, FIXED_TEXT, scoreVector } from './fingerprint'

/** Reason of the failure of a request whose reply is of another model. */
export const OTHER_MODEL = 'other_model'

/** The fixed question as one more input of a list, so that a reply shows by itself whose it is. */
export interface Mark<I, O> {
  input: I
  /** Throws when the answer is not that of the expected model; the request is sent again. */
  check(answer: O): void
}

function sameOrThrow(expected: ProbeVector, found: ProbeVector): void {
  const { verdict, reason } = compareVectors(expected, found)
  if (verdict === 'same') return
  throw requestError(
    { kind: 'retry', reason: OTHER_MODEL, httpStatus: 200 },
    `A reply is not of the model that was opened. ${reason}`,
  )
}

/** Returns the mark of lists to be scored; null where the model has none or the server takes one text a request. */
export function scoreMark(
  expected: ProbeVector | null,
  { scoreBatchPrompts }: BackendLimits,
): Mark<Int32Array, Float32Array> | null {
  if (expected?.of !== 'promptScores' || scoreBatchPrompts < 2) return null
  const input = Int32Array.from(expected.labels as number[])
  return { input, check: (scores) => sameOrThrow(expected, scoreVector(input, scores)) }
}

/** Returns the mark of lists to be embedded; null where the model has none or the server takes one text a request. */
export function embeddingMark(
  expected: ProbeVector | null,
  { embedBatchTexts }: BackendLimits,
): Mark<string, Float32Array> | null {
  if (expected?.of !== 'embedding' || embedBatchTexts < 2) return null
  return {
    input: FIXED_TEXT,
    check: (vector) => sameOrThrow(expected, embeddingVector(vector)),
  }
}
