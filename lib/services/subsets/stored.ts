import { and, eq, isNull } from 'drizzle-orm'
import { createHash } from 'node:crypto'
import type { Db } from '@/db/client'
import { subsets } from '@/db/schema'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { SubsetRule } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'

/** Returns what names a stack of rules: the same rules in the same order, whatever the subset is called. */
export function rulesHash(rules: readonly SubsetRule[]): string {
  // What is off changes no row, so it is no part of what the subset is.
  const active = rules.filter((rule) => !rule.off).map(({ off: _off, ...rule }) => rule)
  return createHash('sha256').update(canonicalJson(active)).digest('hex')
}

/** Returns a saved subset; throws `invalid_input` where the study has none of this id. */
export function storedSubset(db: Db, studyId: string, subsetId: string) {
  const { id, name, recipe, rowCount, createdAt } = subsets
  const row = db
    .select({ id, name, recipe, rowCount, createdAt })
    .from(subsets)
    .where(and(eq(subsets.id, subsetId), eq(subsets.studyId, studyId), isNull(subsets.deletedAt)))
    .get()
  const rules = row?.recipe.rules
  if (!row || !rules) {
    throw new AppError(
      'invalid_input',
      `This study has no subset "${subsetId}". Remove it from the filter, or choose one of the subsets of this study.`,
    )
  }
  return {
    id: row.id,
    name: row.name,
    rowCount: row.rowCount,
    createdAt: row.createdAt,
    rules,
    hash: rulesHash(rules),
  }
}

/** Returns the rules of a saved subset; throws `invalid_input` where the study has none of this id. */
export function rulesOf(db: Db, studyId: string, subsetId: string): SubsetRule[] {
  return storedSubset(db, studyId, subsetId).rules
}
