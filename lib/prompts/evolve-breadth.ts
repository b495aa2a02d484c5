import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING } from './evolve-shared'

/** Breadth: a new, rarer instruction of the same domain. */
export const evolveBreadth = definePrompt({
  id: 'evolve-breadth',
  version: '1',
  purpose: 'Makes a new, rarer instruction of the same domain, length and difficulty.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is a different task from the same subject area, about something rarer, as long and as hard as the one above. Keep it sensible. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: 'The text of one new instruction and nothing else.',
  sampling: EVOLVE_SAMPLING,
})
