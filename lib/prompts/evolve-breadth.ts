import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING } from './evolve-shared'

/** Breadth: a new, rarer instruction of the same domain. */
export const evolveBreadth = definePrompt({
  id: 'evolve-breadth',
  version: '1',
  purpose: 'Makes a new, rarer instruction of the same domain, length and difficulty.',
  template: `Below is a task. Invent a different task from the same subject area.

How: choose a topic that people ask about less often. Make the new task about as long and about as hard as the one below. It must make sense to a person and be possible to do.

Do not solve any task. Do not explain. Reply with the new task only.

Task:
{instruction}

New task:`,
  placeholders: ['instruction'],
  contract: 'The text of one new instruction and nothing else.',
  sampling: EVOLVE_SAMPLING,
})
