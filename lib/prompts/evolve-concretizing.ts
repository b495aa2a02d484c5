import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: general notions become specific. */
export const evolveConcretizing = definePrompt({
  id: 'evolve-concretizing',
  version: '1',
  purpose: 'Makes an instruction harder by replacing general notions with specific ones.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is the same task made a little harder: its general words are replaced by specific ones, such as names, numbers, places or cases. Make it 10 to 20 words longer. It must make sense and be possible to do. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
