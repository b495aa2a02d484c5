import { definePrompt } from './prompt'

const CONTRACT = 'The answer as free text; white space at both ends is removed.'
const SAMPLING = { temperature: 0, topP: 1, maxTokens: 2048 }

/** Answers an instruction that has no input. */
export const respond = definePrompt({
  id: 'respond',
  version: '1',
  purpose: 'Writes a response to an instruction.',
  template: `Carry out the following task. Give a complete and correct answer.

{instruction}`,
  placeholders: ['instruction'],
  contract: CONTRACT,
  sampling: SAMPLING,
})

/** Answers an instruction that comes with an input. */
export const respondWithInput = definePrompt({
  id: 'respond-with-input',
  version: '1',
  purpose: 'Writes a response to an instruction and its input.',
  template: `Carry out the following task on the given input. Give a complete and correct answer.

Task:
{instruction}

Input:
{input}`,
  placeholders: ['instruction', 'input'],
  contract: CONTRACT,
  sampling: SAMPLING,
})
