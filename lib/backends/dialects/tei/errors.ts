import type { ClassifyError } from '@/lib/backends/http/errors'

/** What TEI's errors mean: `{ error, error_type }`, the type in either letter case. */
export const classifyTei: ClassifyError = ({ status, message, isList }) => {
  const one = isList ? 'split' : 'row'
  if (status === 422) {
    // Not cut because cutting is never asked for; the server's words hold the limit and the count.
    return /empty/i.test(message)
      ? { kind: one, reason: 'empty_prompt', message: 'The text is empty.' }
      : {
          kind: one,
          reason: 'too_long',
          message: 'The text is longer than the model takes, or its tokenizer refuses it.',
        }
  }
  if (status === 413) {
    return {
      kind: 'split',
      reason: 'too_large',
      message: 'The list is longer than the server takes (--max-client-batch-size).',
    }
  }
  if (status === 424) {
    return {
      kind: 'retry',
      reason: 'engine',
      maxRetries: 1,
      message: 'The engine behind the server failed, or its model is not one for embeddings.',
    }
  }
  return null
}
