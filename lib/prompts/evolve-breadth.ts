import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING } from './evolve-shared'

/** Breadth: a new, rarer instruction of the same domain. */
export const evolveBreadth = definePrompt({
  id: 'evolve-breadth',
  version: '1',
  purpose: 'Makes a new, rarer instruction of the same domain, length and difficulty.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write another task for the list. It is a new task from the same subject area, about something that people ask about less often, as long and as hard as the one above. It must make sense and be possible to do. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: 'The text of one new instruction and nothing else.',
  sampling: EVOLVE_SAMPLING,
})
