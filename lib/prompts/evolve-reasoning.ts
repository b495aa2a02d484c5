import { definePrompt } from './prompt'
import { EVOLVE_SAMPLING, REWRITE_CONTRACT } from './evolve-shared'

/** Depth: needs several steps of thought. */
export const evolveReasoning = definePrompt({
  id: 'evolve-reasoning',
  version: '1',
  purpose: 'Makes an instruction harder by requiring several steps of reasoning.',
  template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is the same task changed to need several steps of thinking, all of which must be shown, so that it is a little harder. Make it 10 to 20 words longer and keep it sensible. Write only the task, not its answer.`,
  placeholders: ['instruction'],
  contract: REWRITE_CONTRACT,
  sampling: EVOLVE_SAMPLING,
})
