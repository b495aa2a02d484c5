import type { Judge } from '@/lib/backends/http/errors'

/** What vLLM's refusals mean where the general rules would take them for something else. */
export const judgeVllm: Judge = ({ status, message, isList }) => {
  if (status !== 400) return null
  // A prompt that fills the context leaves no room for the one token that has to be generated.
  if (/is longer than the maximum model length|max_tokens must be at least 1/i.test(message)) {
    return { kind: isList ? 'split' : 'row', reason: 'too_long' }
  }
  if (/prompt list length \d+ exceeds/i.test(message)) return { kind: 'split', reason: 'too_many' }
  // "Prompt" is named as the refused parameter, but the fault is the one text.
  if (
    /must be provided and non-empty|decoder prompt cannot be empty|at least one prompt/i.test(
      message,
    )
  ) {
    return { kind: isList ? 'split' : 'row', reason: 'empty_prompt' }
  }
  if (/^1 validation error.*json_invalid/is.test(message))
    return { kind: 'bug', reason: 'parse_error' }
  if (/grammar error/i.test(message)) return { kind: 'config', reason: 'bad_schema' }
  return null
}
