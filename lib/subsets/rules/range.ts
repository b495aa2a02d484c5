import { clearMissing } from '../take'
import type { Rule } from '../types'

export const range: Rule<'range'> = {
  label: 'Range',
  description:
    'Keeps the rows whose value lies in a range, both ends included: a band of lengths, for example.',
  *apply(rule, kept, data) {
    const numbers = data.numbers(rule.column)
    yield
    const valued = kept.slice()
    const missing = clearMissing(valued, numbers)
    const { min, max } = rule
    for (let row = 0; row < kept.length; row += 1) {
      if (valued[row] === 0) continue
      const value = numbers.values[row] as number
      if ((min !== null && value < min) || (max !== null && value > max)) kept[row] = 0
    }
    if (rule.missing) return {}
    for (let row = 0; row < kept.length; row += 1) if (valued[row] === 0) kept[row] = 0
    return { missing }
  },
}
