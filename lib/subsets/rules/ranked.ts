import { amountOf, clearMissing, clearUngrouped, orderOf, sizesOf, takeInOrder } from '../take'
import type { Rule } from '../types'

export const ranked: Rule<'ranked'> = {
  label: 'Top, bottom or middle',
  description:
    'Keeps the rows with the highest, lowest or middle values of a column. Percent are of the rows that have a value, rounded down; of equal values the first rows in file order are kept.',
  *apply(rule, kept, data) {
    const groups = data.groups(rule.within)
    const numbers = data.numbers(rule.column)
    yield
    const missing = { ...clearUngrouped(kept, groups), ...clearMissing(kept, numbers) }
    const sizes = sizesOf(kept, groups)
    const limits = sizes.map((size) => amountOf(size, rule))
    yield
    const order = orderOf(kept, numbers.values, rule.end === 'top')
    yield
    const skip =
      rule.end === 'middle'
        ? sizes.map((size, group) => Math.floor((size - (limits[group] as number)) / 2))
        : undefined
    takeInOrder(kept, order, groups, limits, skip)
    return { missing }
  },
}
