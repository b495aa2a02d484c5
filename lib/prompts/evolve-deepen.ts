import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: asks further and wider about the same matter. */
export const evolveDeepen = definePrompt({
  id: 'evolve-deepen',
  version: '1',
  purpose: 'Makes an instruction harder by asking about its matter in more depth and breadth.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is the same task made a little harder: it asks about the same thing in more depth and from more sides. Make it 10 to 20 words longer. It must make sense and be possible to do. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
