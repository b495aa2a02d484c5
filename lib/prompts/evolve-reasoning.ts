import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: needs several steps of thought. */
export const evolveReasoning = definePrompt({
  id: 'evolve-reasoning',
  version: '1',
  purpose: 'Makes an instruction harder by requiring several steps of reasoning.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is the same task made a little harder: it now takes several steps of thinking, and it says that every step must be shown. Make it 10 to 20 words longer. It must make sense and be possible to do. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
