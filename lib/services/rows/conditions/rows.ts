import { intersect } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import type { ConditionKind } from './types'

/** Rows of files that are gone, or of an older revision, are no rows any more. */
export const picked: ConditionKind<Pick<AtomOf<'rows'>, 'files'>> = {
  open: (_, { files }) => {
    return (mask, cell) => {
      const kept = new Uint8Array(mask.length)
      for (const { cellId, rows } of files) {
        if (cellId !== cell.id) continue
        for (const idx of rows) if (idx < kept.length) kept[idx] = 1
      }
      intersect(mask, kept)
    }
  },
}
