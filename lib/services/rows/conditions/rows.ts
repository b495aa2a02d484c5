import { indexesToMask, intersect } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import type { ConditionKind } from './types'

/** Rows of files that are gone, or of an older revision, are no rows any more. */
export const picked: ConditionKind<Pick<AtomOf<'rows'>, 'files'>> = {
  open:
    (_, { files }) =>
    (mask, cell) => {
      const rows = files.filter(({ cellId }) => cellId === cell.id).flatMap((file) => file.rows)
      intersect(mask, indexesToMask(rows, mask.length))
    },
}
