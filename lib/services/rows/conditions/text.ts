import { intersect } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import { searchMask, warmSearch } from '../search'
import type { ConditionKind } from './types'

export const text: ConditionKind<Pick<AtomOf<'text'>, 'text'>> = {
  async warm({ db, cells }, atom, signal) {
    if (atom.text.trim() === '') return
    for (const cell of cells) await warmSearch(db, cell, atom.text.trim(), signal)
  },
  open:
    ({ db }, atom) =>
    (mask, cell) => {
      const needle = atom.text.trim()
      if (needle !== '') intersect(mask, searchMask(db, cell, needle))
    },
}
