import { intersect } from '@/lib/columns/filter'
import type { Rule } from '../types'

export const decisions: Rule<'decisions'> = {
  label: 'Decisions',
  description:
    'Keeps rows by the marks that people gave them: without excluded rows, or only starred ones.',
  *apply(rule, kept, data) {
    yield
    if (rule.only.length > 0) intersect(kept, data.marked(rule.only))
    if (rule.without.length > 0) {
      const out = data.marked(rule.without)
      for (let row = 0; row < kept.length; row += 1) if (out[row] === 1) kept[row] = 0
    }
    return {}
  },
}
