import { exclude, intersect } from '@/lib/columns/filter'
import type { Rule } from '../types'

export const decisions: Rule<'decisions'> = {
  label: 'Decisions',
  description:
    'Keeps rows by the marks and tags that people gave them: without excluded rows, only kept ones, or only those with a tag.',
  *apply({ only, without, only_tags: onlyTags = [], without_tags: withoutTags = [] }, kept, data) {
    yield
    if (only.length + onlyTags.length > 0) intersect(kept, data.marked(only, onlyTags))
    if (without.length + withoutTags.length > 0) exclude(kept, data.marked(without, withoutTags))
    return {}
  },
}
