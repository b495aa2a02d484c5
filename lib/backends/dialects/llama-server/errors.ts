import type { ClassifyError } from '@/lib/backends/http/errors'

/** What llama-server's errors mean where the general rules do not know it. */
export const classifyLlamaServer: ClassifyError = ({ status, type, message, isList }) => {
  if (status === 501 && /embeddings/i.test(message)) {
    return {
      kind: 'config',
      reason: 'not_offered',
      code: 'capability_missing',
      message: 'The server was started for another use.',
    }
  }
  // Client mistakes arrive as 500; an embedding text above the physical batch is one of them.
  if (status === 500 && /too large to process/i.test(message)) {
    return {
      kind: isList ? 'split' : 'row',
      reason: 'too_long',
      message:
        'The text is longer than the physical batch. Start the server with larger -b and -ub, for example 2048.',
    }
  }
  if (type === 'exceed_context_size_error') {
    return {
      kind: isList ? 'split' : 'row',
      reason: 'too_long',
      message:
        "The text is longer than a slot's context. Start the server with a larger -c, or fewer -np.",
    }
  }
  return null
}
