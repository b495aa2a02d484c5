import { definePrompt, type Prompt, type SamplingDefaults } from './prompt'

/** Greedy, as the reference evolution script decodes by default. */
export const EVOLVE_SAMPLING: SamplingDefaults = { temperature: 0, topP: 1, maxTokens: 2048 }

/** Returns the prompt of a depth operator; `change` says, as the end of a sentence, how the task becomes harder. */
export function depthPrompt({
  change,
  ...own
}: Pick<Prompt, 'id' | 'purpose'> & { change: string }): Prompt {
  return definePrompt({
    ...own,
    version: '1',
    template: `Here is a task from a list of tasks:
"{instruction}"

Write the next task for the list. It is the same task made a little harder: ${change} Make it 10 to 20 words longer. It must make sense and be possible to do. Write only the task, not its answer.`,
    placeholders: ['instruction'],
    contract: 'The text of the rewritten instruction and nothing else.',
    sampling: EVOLVE_SAMPLING,
  })
}
