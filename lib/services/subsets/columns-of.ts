import { WITHIN, type SubsetRule } from '@/lib/contracts/subset'

const isOrigin = (by: string) => (WITHIN as readonly string[]).includes(by)

/** Returns the columns that a rule reads, apart from those of a filter. */
export function columnsOfRule(rule: SubsetRule): string[] {
  if (rule.off) return []
  switch (rule.rule) {
    case 'ranked':
    case 'range':
      return [rule.column]
    case 'quota':
    case 'balance':
      return isOrigin(rule.by) ? [] : [rule.by]
    case 'near_text':
      return [rule.distance, rule.neighbour]
    default:
      return []
  }
}
