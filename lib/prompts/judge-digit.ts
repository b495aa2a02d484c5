import { definePrompt } from './prompt'

/** Difficulty as one digit, so that the log-probabilities of the first token hold the whole scale. */
export const judgeDigit = definePrompt({
  id: 'judge-digit',
  version: '1',
  purpose: 'Rates the difficulty of an instruction with one digit.',
  template: `How difficult is the task below? Do not do the task.

Task:
{instruction}

Rate it from 1 (very easy) to {top} (very hard). Answer with one digit and nothing else.`,
  placeholders: ['instruction', 'top'],
  contract: 'One digit from 1 to the top of the scale.',
  sampling: { temperature: 0, topP: 1, maxTokens: 1 },
})
