import { amountOf, clearUngrouped, shuffled, sizesOf, takeInOrder } from '../take'
import type { Rule } from '../types'

export const random: Rule<'random'> = {
  label: 'Random rows',
  description:
    'Keeps random rows: the baseline that every selection should beat. The same seed and rows give the same choice, and a larger share contains the smaller one.',
  *apply(rule, kept, data) {
    const groups = data.groups(rule.within)
    yield
    const missing = clearUngrouped(kept, groups)
    const limits = sizesOf(kept, groups).map((size) => amountOf(size, rule))
    takeInOrder(kept, shuffled(kept, rule.seed), groups, limits)
    return { missing }
  },
}
