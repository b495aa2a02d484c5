import { defineTagMeasure } from './define'

/** Distinct tags of a set: the diversity of InsTag. */
export const distinctTags = defineTagMeasure({
  id: 'distinct_tags',
  version: 1,
  label: 'Distinct tags',
  description:
    'How many different tags the rows of a set have together: the diversity of InsTag. Grows with the number of rows.',
  formula: 'number of different tags of the rows; mean number of different tags of a row',
  source: 'InsTag (arXiv 2308.07074): diversity and complexity',
  params: {},
  outputs: [
    {
      key: 'distinct',
      label: 'Distinct tags',
      unit: 'tags',
      direction: 'higher',
      directionMeans: 'The rows want more different things.',
      description: 'Different tags of all rows.',
    },
    {
      key: 'perRow',
      label: 'Tags of a row',
      unit: 'tags',
      direction: 'higher',
      directionMeans: 'A row wants more things at once.',
      description: 'Mean number of different tags of a row.',
    },
  ],
  measure(rows) {
    if (rows.length === 0) return { distinct: null, perRow: null }
    const own = rows.map((tags) => new Set(tags))
    const all = new Set(rows.flat())
    return {
      distinct: all.size,
      perRow: own.reduce((sum, { size }) => sum + size, 0) / rows.length,
    }
  },
  examples: [
    {
      name: 'a tag of two rows counts once',
      set: [['code', 'sorting'], ['code', 'code'], []],
      expected: { distinct: 2, perRow: 1 },
    },
    { name: 'no rows have no number', set: [], expected: { distinct: null, perRow: null } },
  ],
})
