import { definePrompt } from './prompt'

/** AutoIF: whether a description of a function agrees with the constraint that it was written for. */
export const autoifConsistent = definePrompt({
  id: 'autoif-consistent',
  version: '1',
  purpose: 'Says whether the description of a checking function agrees with its constraint.',
  template: `Compare two constraints on the form of an answer.

First:
{instruction}

Second:
{description}

Reply with one word and nothing else:
entailment, if every answer that obeys the first also obeys the second;
contradiction, if no answer can obey both;
neutral, otherwise.
Reply:`,
  placeholders: ['instruction', 'description'],
  contract: 'One of: entailment, neutral, contradiction.',
  sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
})
