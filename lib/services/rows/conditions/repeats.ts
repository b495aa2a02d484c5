import type { AtomOf } from '@/lib/contracts/condition'
import { inGroups, openRepeats, warmRepeats } from '../repeats'
import type { ConditionKind } from './types'

export const repeats: ConditionKind<AtomOf<'repeats'>> = {
  warm: ({ db, cells }, atom, signal) => warmRepeats(db, cells, atom, signal),
  open({ db, reader }, atom) {
    const groupsOf = openRepeats(db, reader, atom)
    return (mask, cell) => {
      const groups = groupsOf(cell)
      if (atom.keep === 'representatives') {
        groups.forEach((first, row) => {
          if (first !== row) mask[row] = 0
        })
        return
      }
      inGroups(groups).forEach((inside, row) => {
        if (inside === 0) mask[row] = 0
      })
    }
  },
}
