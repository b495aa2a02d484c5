import { exclude, intersect } from '@/lib/columns/filter'
import type { SubsetFilter } from '@/lib/contracts/column-filter'
import { rulesOf } from '../../subsets/stored'
import { applyNow, applyWarm } from '../../subsets/apply'
import type { ConditionKind } from './types'

/** A subset can only name subsets that were there before it, so applying its rules ends. */
export const subset: ConditionKind<SubsetFilter> = {
  async warm(scope, { id }, signal) {
    await applyWarm(scope, rulesOf(scope.db, scope.studyId, id), signal)
  },
  open(scope, { id, inside }) {
    const applied = applyNow(scope, rulesOf(scope.db, scope.studyId, id))
    const keep = inside ? intersect : exclude
    return (mask, cell) => keep(mask, applied.ofCell(cell.no))
  },
}
