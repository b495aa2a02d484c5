import { defineTextMeasure } from './define'

/** Share of texts that are the same as an earlier one. */
export const repeats = defineTextMeasure({
  id: 'repeats',
  version: 1,
  label: 'Share of repeats',
  description:
    'Share of texts that another text of the cell says word for word, each distinct text counted once. Grows with the number of texts.',
  formula: '1 - distinct texts / texts, white space made single blanks',
  source: 'Evolens',
  params: {},
  outputs: [
    {
      key: 'share',
      label: 'Share of repeats',
      unit: '',
      direction: 'lower',
      directionMeans: 'Fewer exact copies.',
      description: 'Texts beyond the first of each kind, over all texts.',
    },
  ],
  measure(texts) {
    if (texts.length === 0) return { share: null }
    const distinct = new Set(texts.map((text) => text.trim().replaceAll(/\s+/gu, ' ')))
    return { share: 1 - distinct.size / texts.length }
  },
  examples: [
    {
      name: 'two of four say the same',
      set: ['a b', 'a  b\n', 'c', 'd'],
      expected: { share: 0.25 },
    },
    { name: 'all different', set: ['a', 'b'], expected: { share: 0 } },
  ],
})
