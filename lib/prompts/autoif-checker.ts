import { definePrompt } from './prompt'

/** AutoIF: a checking function for a constraint, with three cases. The layout is the method's own, which parsers read. */
export const autoifChecker = definePrompt({
  id: 'autoif-checker',
  version: '1',
  purpose: 'Asks for a function that checks a constraint, and for three cases to test it with.',
  template: `Here is a constraint on the form of an answer:
{instruction}

Write a Python function evaluate(response) that takes the text of an answer and returns True if the answer obeys the constraint, else False. Put imports and helpers inside of it. Use only the standard library, no files and no network.
Then write three test cases: answers, of which at least one obeys the constraint and one does not, with what the function must return.

Reply with one JSON object in a fenced block and nothing else:
\`\`\`json
{
  "func": "source of the function, with \\n for line ends",
  "cases": [
    {"input": "text of an answer", "output": true},
    {"input": "text of an answer", "output": false},
    {"input": "text of an answer", "output": true}
  ]
}
\`\`\``,
  placeholders: ['instruction'],
  contract:
    'A fenced JSON object: "func" is the source of evaluate(response), "cases" three pairs of input and output.',
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 2048 },
})
