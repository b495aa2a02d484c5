import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: asks further and wider about the same matter. */
export const evolveDeepen = definePrompt({
  id: 'evolve-deepen',
  version: '1',
  purpose: 'Makes an instruction harder by asking about its matter in more depth and breadth.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is the same task, asking for more depth and more sides of the matter, so that it is a little harder. Make it 10 to 20 words longer and keep it sensible. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
