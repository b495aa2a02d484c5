import { definePrompt } from './prompt'

/** Which of two instructions made from one seed is better. */
export const judgePairInstruction = definePrompt({
  id: 'judge-pair-instruction',
  version: '1',
  purpose: 'Says which of two instructions made from the same seed is better.',
  template: `Two instructions were made from the same original. Compare them. Do not carry them out.

First instruction:
{first}

Second instruction:
{second}

Which is the better instruction? It asks more of whoever carries it out, and stays clear, answerable and free of contradictions. Neither its length nor its place counts.
Reply with one word and nothing else: first, second or tie.
Verdict:`,
  placeholders: ['first', 'second'],
  contract: 'One of: first, second, tie.',
  sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
})
