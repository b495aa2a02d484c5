import { intersect } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import { markedRows } from '../annotations/marks'
import type { ConditionKind } from './types'

export const marks: ConditionKind<Omit<AtomOf<'marks'>, 'is'>> = {
  open:
    ({ db }, wanted) =>
    (mask, cell) =>
      intersect(mask, markedRows(db, cell, wanted)),
}
