import { definePrompt } from './prompt'

/** Difficulty in five ordered words. */
export const judgeLevel = definePrompt({
  id: 'judge-level',
  version: '1',
  purpose: 'Rates the difficulty of an instruction on five levels.',
  template: `How difficult is the task below? Think about what the task wants and what a person must know and do to complete it. Do not do the task.

Task:
{instruction}

Choose one rating: very easy, easy, medium, hard, very hard.
Reply with the rating only, in lower case, and nothing else.
Rating:`,
  placeholders: ['instruction'],
  contract: 'One of: very easy, easy, medium, hard, very hard.',
  sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
})
