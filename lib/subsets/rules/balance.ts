import { clearUngrouped, shuffled, sizesOf, takeInOrder } from '../take'
import type { Rule } from '../types'

export const balance: Rule<'balance'> = {
  label: 'Balance',
  description:
    'Keeps equally many random rows of each evolver, round, level, category or operator.',
  *apply(rule, kept, data) {
    const groups = data.groups(rule.by)
    yield
    const missing = clearUngrouped(kept, groups)
    const sizes = sizesOf(kept, groups)
    const there = sizes.filter((size) => size > 0)
    const least = there.length > 0 ? there.reduce((a, b) => Math.min(a, b)) : 0
    const rows = rule.rows ?? least
    const limits = sizes.map(() => rows)
    const short = groups.names.flatMap((name, group) =>
      (sizes[group] as number) > 0 && (sizes[group] as number) < rows
        ? [`${name} has ${sizes[group]} rows only`]
        : [],
    )
    takeInOrder(kept, shuffled(kept, rule.seed), groups, limits)
    return { missing, notes: [`${rows} rows of each of ${there.length} groups`, ...short] }
  },
}
