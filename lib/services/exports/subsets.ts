import type { Db } from '@/db/client'
import { atomsOf } from '@/lib/contracts/condition'
import type { RowFilter } from '@/lib/contracts/filter'
import type { SubsetRule } from '@/lib/contracts/subset'
import type { JsonObject } from '@/lib/formats/types'
import { scopeOfStudy } from '../rows/select'
import { applyNow } from '../subsets/apply'
import { columnsOfRule } from '../subsets/columns-of'
import { storedSubset } from '../subsets/stored'

interface NamedSubset {
  rules: readonly SubsetRule[]
  facts: JsonObject
}

/** Returns the saved subsets that a filter names, with their rules and what each rule left, as the recipe carries them. */
export function subsetsIn(db: Db, studyId: string, filter: RowFilter): NamedSubset[] {
  const atoms = filter.where ? atomsOf(filter.where) : []
  const ids = new Set(atoms.flatMap((atom) => (atom.is === 'subset' ? [atom.id] : [])))
  return [...ids].map((id) => {
    const { name, rules, hash } = storedSubset(db, studyId, id)
    const { steps } = applyNow(scopeOfStudy(db, studyId), rules)
    const counts = steps.map(({ rule, rowsIn, rowsOut, outcome }) => ({
      rule: rule.rule,
      rows_in: rowsIn,
      rows_out: rowsOut,
      missing: outcome.missing ?? {},
    }))
    const facts = { id, name, hash, rules, steps: counts } as unknown as JsonObject
    return { rules, facts }
  })
}

/** Returns the columns that the rules of subsets read. */
export function subsetColumns(subsets: readonly NamedSubset[]): string[] {
  return subsets.flatMap(({ rules }) => rules.flatMap(columnsOfRule))
}
