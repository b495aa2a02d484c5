import { definePrompt } from './prompt'

/** Difficulty as a number from 0 to 100. */
export const judgeScore = definePrompt({
  id: 'judge-score',
  version: '1',
  purpose: 'Rates the difficulty and complexity of an instruction from 0 to 100.',
  template: `How difficult and complex is the task below? Give a score from 0 to 100, where 0 is trivial and 100 is as hard as tasks get. Do not do the task.

Task:
{instruction}

Reply with one number from 0 to 100 and nothing else.
Score:`,
  placeholders: ['instruction'],
  contract: 'One number from 0 to 100.',
  sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
})
