import { depthPrompt } from './evolve-shared'

/** Depth: general notions become specific. */
export const evolveConcretizing = depthPrompt({
  id: 'evolve-concretizing',
  purpose: 'Makes an instruction harder by replacing general notions with specific ones.',
  change:
    'its general words are replaced by specific ones, such as names, numbers, places or cases.',
})
