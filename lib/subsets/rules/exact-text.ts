import type { Rule } from '../types'

export const exactText: Rule<'exact_text'> = {
  label: 'Exact duplicates',
  description: 'Keeps the first row, in file order, of those whose text is equal to the letter.',
  *apply(rule, kept, data) {
    const seen = new Set<string>()
    const asked = kept.slice()
    yield* data.texts(asked, rule.text, (row, text) => {
      if (seen.has(text)) kept[row] = 0
      else seen.add(text)
    })
    return {}
  },
}
