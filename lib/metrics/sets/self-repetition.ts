import { defineTextMeasure } from './define'
import { longerGrams, singleWords, wordIds, type Grams } from './grams'

// As in the source.
const LENGTH = 4
const WHITE_SPACE = /\s+/u

/** The different sequences of four words of each text. */
function sequences(texts: readonly string[]): Set<number>[] {
  const split = texts.map((text) => text.split(WHITE_SPACE).filter((word) => word !== ''))
  const words = wordIds(split.flat())
  let grams: Grams = singleWords(words)
  for (let length = 2; length <= LENGTH; length += 1) grams = longerGrams(grams, words, length)
  let from = 0
  return split.map(({ length }) => {
    // Sequences over the border of two texts are left out.
    const own = grams.ids.subarray(from, from + Math.max(0, length - LENGTH + 1))
    from += length
    return new Set(own)
  })
}

/** How much texts share sequences of four words with the others of the set. */
export const selfRepetition = defineTextMeasure({
  id: 'self_repetition',
  version: 1,
  label: 'Self-repetition',
  description:
    'How often sequences of four words come back in other texts of the cell; 0 when no text shares one. Grows with the number of texts.',
  formula:
    'mean over texts of ln(sum over its distinct 4-grams of the texts that hold it - number of its distinct 4-grams + 1), words split at white space',
  source: 'arXiv 2403.00553, self-repetition with n = 4',
  params: {},
  outputs: [
    {
      key: 'mean',
      label: 'Self-repetition',
      unit: '',
      direction: 'lower',
      directionMeans: 'More varied: texts share fewer phrases.',
      description: 'Mean over the texts of the logarithm of shared 4-grams.',
    },
  ],
  measure(texts) {
    if (texts.length === 0) return { mean: null }
    const perText = sequences(texts)
    const holding = new Map<number, number>()
    for (const own of perText) for (const id of own) holding.set(id, (holding.get(id) ?? 0) + 1)
    let sum = 0
    for (const own of perText) {
      let shared = 1 - own.size
      for (const id of own) shared += holding.get(id) ?? 0
      sum += Math.log(shared)
    }
    return { mean: sum / texts.length }
  },
  examples: [
    {
      name: 'three texts, two of which share three sequences and one that ends alike',
      set: [
        'the cat sat on the mat',
        'the cat sat on the rug',
        'a dog ran after the cat on the mat',
      ],
      expected: { mean: 0.7324081924454066 },
    },
    { name: 'one short text', set: ['a b'], expected: { mean: 0 } },
  ],
})
