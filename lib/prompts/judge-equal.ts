import { definePrompt } from './prompt'

/** Whether a rewrite asks for anything that its original does not. */
export const judgeEqual = definePrompt({
  id: 'judge-equal',
  version: '1',
  purpose: 'Says whether an instruction and its rewrite ask for the same thing.',
  template: `Compare two instructions. Do not carry them out.

First instruction:
{parent}

Second instruction:
{instruction}

They are equal when both hold to the same conditions and requirements, and an answer to each would be equally broad and equally deep. Otherwise they are not equal.
Reply with one of these and nothing else: equal, not equal.
Reply:`,
  placeholders: ['parent', 'instruction'],
  contract: 'One of: equal, not equal.',
  sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
})
