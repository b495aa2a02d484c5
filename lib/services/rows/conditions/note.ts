import { intersect } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import { cellMarks } from '../annotations/marks'
import type { ConditionKind } from './types'

export const note: ConditionKind<Pick<AtomOf<'note'>, 'text'>> = {
  open({ db }, { text }) {
    const wanted = text.trim().toLowerCase()
    return (mask, cell) => {
      const { deciding, entries } = cellMarks(db, cell)
      const nos = deciding.get('note')
      const isWanted = (no: number) =>
        entries.get(no)?.value?.toLowerCase().includes(wanted) === true
      const kept = new Uint8Array(mask.length)
      for (let row = 0; nos && row < kept.length; row++) {
        const no = nos[row] as number
        if (no !== 0 && isWanted(no)) kept[row] = 1
      }
      intersect(mask, kept)
    }
  },
}
