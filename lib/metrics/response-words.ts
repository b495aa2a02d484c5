import { lengthMetric, WORDS } from './texts/length'

/** Length of a row's response in words. */
export const responseWords = lengthMetric({
  id: 'response_words',
  label: 'Response words',
  description: 'How long the response is, in words.',
  source: 'Zhao et al. 2024, Long Is More for Alignment (arXiv 2402.04833); the rule is our own',
  measure: WORDS,
  variants: [
    {
      key: 'words',
      label: 'response words',
      description: "The text of the cell's current response set; an empty one is no response.",
      of: ['response'],
    },
  ],
  examples: [
    ['counts words', { response: 'The sum is 42.\n\nDone.' }, { words: 5 }],
    ['counts no punctuation', { response: '* * *' }, { words: 0 }],
  ],
})
