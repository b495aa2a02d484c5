import type { ClassifyError } from '@/lib/backends/http/errors'

/** What Ollama's errors mean where the general rules do not know it; its error bodies are plain strings. */
export const classifyOllama: ClassifyError = ({ status, message, isList }) => {
  if (status === 404) {
    return {
      kind: 'config',
      reason: 'not_offered',
      code: 'capability_missing',
      message: 'Ollama does not have this model or route. Fetch the model with "ollama pull NAME".',
    }
  }
  if (
    (status === 400 || status === 500) &&
    /exceeds? (the )?(maximum )?context length/i.test(message)
  ) {
    return {
      kind: isList ? 'split' : 'row',
      reason: 'too_long',
      message: 'The text is longer than the context. Set a larger contextLength for this backend.',
    }
  }
  if (status === 503) {
    return { kind: 'retry', reason: 'overloaded', message: 'The queue of Ollama is full.' }
  }
  if (/does not support/i.test(message)) {
    return { kind: 'config', reason: 'not_offered', code: 'capability_missing' }
  }
  return null
}
