import type { AtomOf } from '@/lib/contracts/condition'
import { currentCells } from '../../cells'
import { acrossFiles, inGroups, openRepeats, warmAcross, warmRepeats } from '../repeats'
import { restOf, type ConditionKind, type Keep, type Scope } from './types'

/** Groups over all files: of the rows that the rest of the filter keeps, the first one stands for its group. */
function openAcross(scope: Scope, atom: AtomOf<'repeats'>): Keep {
  const { groups, starts } = acrossFiles(
    scope.db,
    scope.reader,
    currentCells(scope.db, scope.studyId),
    atom,
  )
  const kept = scope.select(restOf(scope, 'Copies'))
  const first = new Int32Array(groups.length).fill(-1)
  const size = new Int32Array(groups.length)
  for (const [no, rows] of kept) {
    const start = starts.get(no) ?? 0
    for (const row of rows) {
      const group = groups[start + row] as number
      if (size[group] === 0) first[group] = start + row
      size[group] = (size[group] as number) + 1
    }
  }
  return (mask, cell) => {
    const start = starts.get(cell.no) ?? 0
    for (let row = 0; row < mask.length; row += 1) {
      const group = groups[start + row] as number
      const stays =
        atom.keep === 'members' ? (size[group] as number) > 1 : first[group] === start + row
      if (!stays) mask[row] = 0
    }
  }
}

export const repeats: ConditionKind<AtomOf<'repeats'>> = {
  async warm(scope, atom, signal) {
    const { db, studyId, reader, cells, rest, warm } = scope
    if (!atom.across) {
      await warmRepeats(db, reader, cells, atom, signal)
      return
    }
    // All files, whichever of them are shown.
    await warmAcross(db, reader, currentCells(db, studyId), atom, signal)
    if (rest) await warm(rest, signal)
  },
  open(scope, atom) {
    if (atom.across) return openAcross(scope, atom)
    const groupsOf = openRepeats(scope.db, scope.reader, atom)
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
