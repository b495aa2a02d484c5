import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: one more requirement. */
export const evolveConstraints = definePrompt({
  id: 'evolve-constraints',
  version: '1',
  purpose: 'Makes an instruction somewhat harder by adding one requirement.',
  template: `Below is a task. Write a slightly harder version of the task.

How: keep the task the same, and add exactly one new requirement or limit to it. Add 10 to 20 words. It must still make sense to a person and be possible to do.

Do not solve the task. Do not explain. Reply with the new task only.

Task:
{instruction}

New task:`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
