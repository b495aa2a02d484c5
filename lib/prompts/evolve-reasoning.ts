import { depthPrompt } from './evolve-shared'

/** Depth: needs several steps of thought. */
export const evolveReasoning = depthPrompt({
  id: 'evolve-reasoning',
  purpose: 'Makes an instruction harder by requiring several steps of reasoning.',
  change: 'it now takes several steps of thinking, and it says that every step must be shown.',
})
