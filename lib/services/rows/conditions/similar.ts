import type { AtomOf } from '@/lib/contracts/condition'
import { similarRows, warmSimilar, type Among } from '../../search/similar'
import { restOf, type ConditionKind, type Scope } from './types'

/** Returns the rows that the most similar ones are looked for in, null for all; throws `invalid_input` where a filter has no such rows. */
export function amongOf(scope: Scope, { within }: AtomOf<'similar'>): Among | null {
  if (!within) return null
  const rest = restOf(scope, 'The most similar rows')
  return { key: `${JSON.stringify(rest)} ${scope.stamp()}`, rows: () => scope.select(rest) }
}

export const similar: ConditionKind<AtomOf<'similar'>> = {
  async warm(scope, atom, signal) {
    const { db, studyId, rest, warm } = scope
    const among = amongOf(scope, atom)
    if (among && rest) await warm(rest, signal)
    await warmSimilar(db, studyId, atom, among, signal)
  },
  open(scope, atom) {
    const found = similarRows(scope.db, scope.studyId, atom, amongOf(scope, atom))
    return (mask, cell) => {
      const rows = found.get(cell.no)
      for (let row = 0; row < mask.length; row += 1) if (!rows?.has(row)) mask[row] = 0
    }
  },
}
