import { applyRange } from '@/lib/columns/filter'
import type { RangeFilter } from '@/lib/contracts/column-filter'
import { checkRange } from '../words'
import type { ConditionKind } from './types'
import { warmColumn } from './warm-column'

export const range: ConditionKind<RangeFilter> = {
  warm: warmColumn,
  open({ reader }, atom) {
    checkRange(reader, atom)
    return (mask, cell) => applyRange(mask, reader.read(atom.column, cell), atom)
  },
}
