import { definePrompt } from './prompt'

/** AutoIF: the constraint that a checking function stands for, told from its source alone. */
export const autoifDescribe = definePrompt({
  id: 'autoif-describe',
  version: '1',
  purpose: 'Says in words which constraint a checking function checks.',
  template: `This Python function takes the text of an answer and tells whether it obeys a constraint:

{function}

Say in one sentence which constraint that is, as an order to the writer of the answer. Go by what the function does, not by its names or comments. Write only the sentence.`,
  placeholders: ['function'],
  contract: 'One sentence.',
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 2048 },
})
