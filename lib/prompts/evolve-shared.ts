import type { SamplingDefaults } from './prompt'

/** Greedy, as the reference evolution script decodes by default. */
export const EVOLVE_SAMPLING: SamplingDefaults = { temperature: 0, topP: 1, maxTokens: 2048 }

/** Reply format of the four depth operators. */
export const REWRITE_CONTRACT = 'The text of the rewritten instruction and nothing else.'
