import type { ExportFilter } from '@/lib/contracts/column-filter'
import { exportedRows } from '../exported'
import type { ConditionKind } from './types'

/** An export can only name exports that were there before it, so asking its filter again ends. */
export const saved: ConditionKind<ExportFilter> = {
  warm: ({ db, studyId, warm }, { id }, signal) =>
    warm(exportedRows(db, studyId, id).filter, signal),
  open({ db, studyId, select }, { id, inside }) {
    const held = select(exportedRows(db, studyId, id).filter)
    return (mask, cell) => {
      const isIn = new Uint8Array(mask.length)
      for (const row of held.get(cell.no) ?? []) isIn[row] = 1
      for (let row = 0; row < mask.length; row++) if ((isIn[row] === 1) !== inside) mask[row] = 0
    }
  },
}
