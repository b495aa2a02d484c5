import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: one more requirement. */
export const evolveConstraints = definePrompt({
  id: 'evolve-constraints',
  version: '1',
  purpose: 'Makes an instruction somewhat harder by adding one requirement.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is the same task made a little harder: everything asked for stays, and one new requirement or limit is added. Make it 10 to 20 words longer. It must make sense and be possible to do. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
