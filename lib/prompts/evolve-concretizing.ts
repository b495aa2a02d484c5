import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: general notions become specific. */
export const evolveConcretizing = definePrompt({
  id: 'evolve-concretizing',
  version: '1',
  purpose: 'Makes an instruction harder by replacing general notions with specific ones.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is the same task with its general words replaced by specific ones, so that it is a little harder. Make it 10 to 20 words longer and keep it sensible. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
