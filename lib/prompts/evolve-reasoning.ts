import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: needs several steps of thought. */
export const evolveReasoning = definePrompt({
  id: 'evolve-reasoning',
  version: '1',
  purpose: 'Makes an instruction harder by requiring several steps of reasoning.',
  template: `Below is a task. Write a slightly harder version of the task.

How: change the task so that it takes several steps of thinking, and say in the task that all the steps are wanted. Add 10 to 20 words. It must still make sense to a person and be possible to do.

Do not solve the task. Do not explain. Reply with the new task only.

Task:
{instruction}

New task:`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
