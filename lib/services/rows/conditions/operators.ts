import type { AtomOf } from '@/lib/contracts/condition'
import { operatorCodes } from '../operators'
import type { ConditionKind } from './types'

export const operators: ConditionKind<Pick<AtomOf<'operators'>, 'names'>> = {
  open:
    ({ db }, { names: wanted }) =>
    (mask, cell) => {
      const { names, codes } = operatorCodes(db, cell.no, cell.rowCount)
      const kept = names.map((name) => wanted.includes(name))
      for (let row = 0; row < mask.length; row++) {
        const code = codes[row] as number
        if (code === 0 || !kept[code - 1]) mask[row] = 0
      }
    },
}
