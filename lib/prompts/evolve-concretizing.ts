import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: general notions become specific. */
export const evolveConcretizing = definePrompt({
  id: 'evolve-concretizing',
  version: '1',
  purpose: 'Makes an instruction harder by replacing general notions with specific ones.',
  template: `Below is a task. Write a slightly harder version of the task.

How: find the general words in the task, and replace them with specific ones, such as names, numbers, places or cases. Add 10 to 20 words. It must still make sense to a person and be possible to do.

Do not solve the task. Do not explain. Reply with the new task only.

Task:
{instruction}

New task:`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
