import { depthPrompt } from './evolve-shared'

/** Depth: one more requirement. */
export const evolveConstraints = depthPrompt({
  id: 'evolve-constraints',
  purpose: 'Makes an instruction somewhat harder by adding one requirement.',
  change: 'everything asked for stays, and one new requirement or limit is added.',
})
