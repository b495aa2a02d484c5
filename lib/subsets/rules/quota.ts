import { AppError } from '@/lib/errors'
import { clearUngrouped, shuffled, sizesOf, takeInOrder } from '../take'
import type { Rule } from '../types'

export const quota: Rule<'quota'> = {
  label: 'Quotas',
  description:
    'Keeps a stated number of random rows of each level, category or origin; what has no quota is left out.',
  *apply(rule, kept, data) {
    const groups = data.groups(rule.by)
    const unknown = Object.keys(rule.quotas).filter((name) => !groups.names.includes(name))
    if (unknown.length > 0) {
      throw new AppError(
        'invalid_input',
        `There is no "${unknown[0]}" in ${rule.by}. It has: ${groups.names.slice(0, 20).join(', ') || 'nothing'}.`,
      )
    }
    yield
    const missing = clearUngrouped(kept, groups)
    const sizes = sizesOf(kept, groups)
    const limits = Float64Array.from(groups.names, (name) => rule.quotas[name] ?? 0)
    const short = groups.names.flatMap((name, group) =>
      (sizes[group] as number) < (limits[group] as number)
        ? [`${name}: ${sizes[group]} rows for a quota of ${limits[group]}`]
        : [],
    )
    takeInOrder(kept, shuffled(kept, rule.seed), groups, limits)
    return { missing, notes: short }
  },
}
