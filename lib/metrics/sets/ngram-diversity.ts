import { defineTextMeasure } from './define'
import { longerGrams, singleWords, wordIds, type Grams } from './grams'

// As in the source: lengths 1 to 5 are added up.
const LENGTHS = [1, 2, 3, 4, 5] as const

/** Distinct over all word sequences of one to five words. */
export const ngramDiversity = defineTextMeasure({
  id: 'ngram_diversity',
  version: 1,
  label: 'N-gram diversity',
  description:
    'Share of different word sequences among all, for one to five words and summed: lower where texts repeat phrases.',
  formula:
    'sum over n = 1..5 of distinct n-grams / n-grams, in the texts joined by one blank and split at blanks',
  source: 'arXiv 2403.00553; sequences over the border of two texts count, as there',
  params: {},
  outputs: [
    {
      key: 'sum',
      label: 'N-gram diversity',
      unit: '',
      direction: 'higher',
      directionMeans: 'More varied: fewer word sequences occur twice.',
      description: 'Sum of the five shares, at most 5.',
    },
    ...LENGTHS.map((length) => ({
      key: `n${length}`,
      label: length === 1 ? 'Distinct words' : `Distinct ${length}-grams`,
      unit: '',
      direction: 'higher' as const,
      directionMeans: 'More varied: fewer word sequences occur twice.',
      description: `Distinct sequences of ${length} ${length === 1 ? 'word' : 'words'} over all of them.`,
    })),
  ],
  async measure(texts, _params, pause) {
    const words = wordIds(texts.join(' ').split(' '))
    let grams: Grams = singleWords(words)
    let sum: number | null = 0
    const shares: Record<string, number | null> = {}
    for (const length of LENGTHS) {
      if (length > 1) grams = longerGrams(grams, words, length)
      const share: number | null = grams.ids.length > 0 ? grams.distinct / grams.ids.length : null
      shares[`n${length}`] = share
      sum = sum === null || share === null ? null : sum + share
      await pause()
    }
    return { sum, ...shares }
  },
  examples: [
    {
      name: 'a phrase twice',
      set: ['a b c', 'a b c'],
      // a b c a b c: 3 of 6 words, 3 of 5 pairs, 3 of 4 triples, 3 of 3, 2 of 2.
      expected: { sum: 0.5 + 0.6 + 0.75 + 1 + 1, n1: 0.5, n2: 0.6, n3: 0.75, n4: 1, n5: 1 },
    },
    {
      name: 'too short for the longest sequences',
      set: ['a b', 'a'],
      expected: { sum: null, n1: 2 / 3, n2: 1, n3: 1, n4: null, n5: null },
    },
  ],
})
