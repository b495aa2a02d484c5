import { exclude, indexesToMask, intersect } from '@/lib/columns/filter'
import type { ExportFilter } from '@/lib/contracts/column-filter'
import { exportedRows } from '../exported'
import type { ConditionKind } from './types'

/** An export can only name exports that were there before it, so asking its filter again ends. */
export const saved: ConditionKind<ExportFilter> = {
  warm: ({ db, studyId, warm }, { id }, signal) =>
    warm(exportedRows(db, studyId, id).filter, signal),
  open({ db, studyId, select }, { id, inside }) {
    const held = select(exportedRows(db, studyId, id).filter)
    const keep = inside ? intersect : exclude
    return (mask, cell) => keep(mask, indexesToMask(held.get(cell.no) ?? [], mask.length))
  },
}
