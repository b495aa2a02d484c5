import { definePrompt } from './prompt'

/** Difficulty as a number from 0 to 100. */
export const judgeScore = definePrompt({
  id: 'judge-score',
  version: '1',
  purpose: 'Rates the difficulty and complexity of an instruction from 0 to 100.',
  template: `Here is a task:
"{instruction}"

How difficult and complex is this task, from 0 (trivial) to 100 (as hard as tasks get)? Do not do the task. Answer with one number only.`,
  placeholders: ['instruction'],
  contract: 'One number from 0 to 100.',
  sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
})
