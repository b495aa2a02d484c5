import type { GenerateParams } from '@/lib/backends/types'

// Reply sizes by the recorded bytes per token, with room for the envelope.
const ENVELOPE_BYTES = 4_096
const BYTES_PER_TOKEN = 400
// Servers stop a little late, and templates add tokens of their own.
const SPARE_TOKENS = 64
const BASE_TIMEOUT_MS = 30_000
const MAX_TIMEOUT_MS = 600_000
// Until replies say otherwise: a slow processor.
const FIRST_TOKENS_PER_SECOND = 10
// Shorter replies measure the way there and back, not the speed.
const MEASURED_TOKENS = 8

/** The first call may load the model. */
export const WARM_UP_MS = 180_000

/** How fast a server generates, learnt from its replies; decides how long a reply may take. */
export class Pace {
  private tokensPerSecond = FIRST_TOKENS_PER_SECOND

  note(tokens: number, ms: number): void {
    if (tokens < MEASURED_TOKENS || ms <= 0) return
    this.tokensPerSecond = this.tokensPerSecond * 0.8 + ((tokens * 1000) / ms) * 0.2
  }

  /** Returns the time limit of a reply of so many tokens: half a minute and four times what is expected. */
  timeoutMs(maxTokens: number): number {
    return Math.min(MAX_TIMEOUT_MS, BASE_TIMEOUT_MS + (4000 * maxTokens) / this.tokensPerSecond)
  }
}

/** Returns the size limit of a chat reply in bytes. */
export function replyBytes(params: GenerateParams): number {
  const perToken = BYTES_PER_TOKEN * ((params.topLogprobs ?? 0) + 1)
  return ENVELOPE_BYTES + perToken * (params.maxTokens + SPARE_TOKENS)
}
