import { definePrompt } from './prompt'

/** AutoIF: more output constraints in the manner of those given. */
export const autoifConstraints = definePrompt({
  id: 'autoif-constraints',
  version: '1',
  purpose: 'Asks for more output constraints that a program can check.',
  template: `A constraint is one sentence that says what form an answer must have, whatever the question is. A short Python function that sees only the text of an answer must be able to tell whether the answer obeys it. So it is about things like counts, order, letters, words, marks, layout and fixed phrases. It is not about tone, style, quality, truth or subject.

Constraints that I have:
{constraints}

Write {count} new constraints. None may repeat another one or one of mine. Put each on a line of its own that begins with "- ". Write nothing else.`,
  placeholders: ['constraints', 'count'],
  contract: 'One constraint a line, each line beginning with a dash.',
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 2048 },
})
