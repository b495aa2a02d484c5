import { intersect } from '@/lib/columns/filter'
import type { Rule } from '../types'

export const filter: Rule<'filter'> = {
  label: 'Filter',
  description: 'Keeps the rows that a filter of the Rows page keeps.',
  *apply(rule, kept, data) {
    yield
    intersect(kept, data.select(rule.filter))
    return {}
  },
}
