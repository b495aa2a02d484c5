import { definePrompt } from './prompt'

/** Which of two responses to one instruction is better. */
export const judgePairResponse = definePrompt({
  id: 'judge-pair-response',
  version: '1',
  purpose: 'Says which of two responses to the same instruction is better.',
  template: `Two assistants answered the same request. Compare their answers. Do not answer the request yourself.

Request:
{instruction}

First answer:
{first}

Second answer:
{second}

Which answer serves the person who asked better? Weigh whether it is correct, does all that is asked, and can be used as it is. Neither its length nor its place counts.
Reply with one word and nothing else: first, second or tie.
Verdict:`,
  placeholders: ['instruction', 'first', 'second'],
  contract: 'One of: first, second, tie.',
  sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
})
