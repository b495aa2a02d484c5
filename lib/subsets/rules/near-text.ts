import { allIndexes } from '@/lib/columns/filter'
import { joinGroups, rootOf } from '@/lib/columns/groups'
import { clearMissing } from '../take'
import type { Rule } from '../types'

export const nearText: Rule<'near_text'> = {
  label: 'Near duplicates',
  description:
    'Joins each row with its nearest row where that is nearer than the threshold, and keeps the first row of each group. Two kept rows may still be near each other where each is nearer to a third; a row whose nearest row is out already stays.',
  *apply(rule, kept, data) {
    const distances = data.numbers(rule.distance)
    const nearest = data.rowNamed(rule.neighbour)
    yield
    const valued = kept.slice()
    const missing = clearMissing(valued, distances)
    const parents = allIndexes(kept.length)
    for (let row = 0; row < kept.length; row += 1) {
      const other = nearest[row] as number
      if (valued[row] === 0 || other < 0 || kept[other] === 0) continue
      if ((distances.values[row] as number) >= rule.threshold) continue
      joinGroups(parents, row, other)
    }
    for (let row = 0; row < kept.length; row += 1) if (rootOf(parents, row) !== row) kept[row] = 0
    const unknown = Object.values(missing).reduce((sum, count) => sum + count, 0)
    return unknown > 0 ? { notes: [`${unknown} rows without a distance stay in`] } : {}
  },
}
