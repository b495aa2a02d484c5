import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: one more requirement. */
export const evolveConstraints = definePrompt({
  id: 'evolve-constraints',
  version: '1',
  purpose: 'Makes an instruction somewhat harder by adding one requirement.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is the same task with one more requirement added, so that it is a little harder. Make it 10 to 20 words longer and keep it sensible. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
