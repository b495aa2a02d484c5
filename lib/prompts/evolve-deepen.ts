import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: asks further and wider about the same matter. */
export const evolveDeepen = definePrompt({
  id: 'evolve-deepen',
  version: '1',
  purpose: 'Makes an instruction harder by asking about its matter in more depth and breadth.',
  template: `Below is a task. Write a slightly harder version of the task.

How: find what the task asks about, and ask about it in more depth and from more sides. Add 10 to 20 words. It must still make sense to a person and be possible to do.

Do not solve the task. Do not explain. Reply with the new task only.

Task:
{instruction}

New task:`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
