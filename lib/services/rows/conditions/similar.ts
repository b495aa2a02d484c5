import type { AtomOf } from '@/lib/contracts/condition'
import { similarRows, warmSimilar } from '../../search/similar'
import type { ConditionKind } from './types'

export const similar: ConditionKind<AtomOf<'similar'>> = {
  warm: ({ db, studyId }, atom, signal) => warmSimilar(db, studyId, atom, signal),
  open({ db, studyId }, atom) {
    const found = similarRows(db, studyId, atom)
    return (mask, cell) => {
      const rows = found.get(cell.no)
      for (let row = 0; row < mask.length; row += 1) if (!rows?.has(row)) mask[row] = 0
    }
  },
}
