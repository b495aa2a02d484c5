import { depthPrompt } from './evolve-shared'

/** Depth: asks further and wider about the same matter. */
export const evolveDeepen = depthPrompt({
  id: 'evolve-deepen',
  purpose: 'Makes an instruction harder by asking about its matter in more depth and breadth.',
  change: 'it asks about the same thing in more depth and from more sides.',
})
