import { definePrompt } from './prompt'

/** AutoIF: how well a constraint and a query go together. */
export const autoifFit = definePrompt({
  id: 'autoif-fit',
  version: '1',
  purpose: 'Scores how well a constraint and a query go together.',
  template: `A question is to be answered under a constraint on the form of the answer.

Question:
{query}

Constraint:
{instruction}

How well do the two go together? Score from 1 (no sensible answer can obey the constraint) to 10 (a good answer obeys it easily).
Reply with the score as a whole number and nothing else.
Score:`,
  placeholders: ['query', 'instruction'],
  contract: 'A whole number from 1 to 10.',
  sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
})
