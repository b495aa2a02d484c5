import { createHash } from 'node:crypto'
import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { formulas } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import { FORMULA_PREFIX, type Formula, type StoredFormula } from '@/lib/contracts/formula'

// Grows when formulas begin to mean something else, so that hashes of values from before differ.
const LANGUAGE = 1

/** Returns the id of a formula's column. */
export function formulaColumn(key: string): string {
  return `${FORMULA_PREFIX}${key}.value`
}

/** Returns the SHA-256 of what a formula says: its expression, and the hashes of the formulas that it reads. */
export function formulaHash(
  { expression, reads }: Pick<StoredFormula, 'expression' | 'reads'>,
  hashOf: (column: string) => string | undefined,
): string {
  const used = reads.flatMap((column) => {
    const hash = hashOf(column)
    return hash === undefined ? [] : [[column, hash]]
  })
  const facts = { language: LANGUAGE, expression, formulas: Object.fromEntries(used) }
  return createHash('sha256').update(canonicalJson(facts)).digest('hex')
}

/** Returns the study's formula columns as they are now, oldest first; what cannot be read is left out. */
export function currentFormulas(db: Db, studyId: string): Formula[] {
  const query = db
    .select()
    .from(formulas)
    .where(
      and(eq(formulas.studyId, studyId), isNull(formulas.replacedAt), isNull(formulas.deletedAt)),
    )
    .orderBy(asc(formulas.createdAt), asc(formulas.id))
  const { rows } = readableRows(() => query.all())
  const byColumn = new Map(rows.map((row) => [formulaColumn(row.key), row]))
  const hashes = new Map<string, string>()
  const hashOf = (column: string): string | undefined => {
    const row = byColumn.get(column)
    if (!row) return undefined
    const found = hashes.get(column)
    if (found !== undefined) return found
    // Formulas form no circle; should a damaged database hold one, this ends it.
    hashes.set(column, '')
    const hash = formulaHash(row.definition, hashOf)
    hashes.set(column, hash)
    return hash
  }
  return rows.map(({ id, key, name, version, definition, createdAt }) => {
    const column = formulaColumn(key)
    return { ...definition, id, name, column, version, createdAt, hash: hashOf(column) as string }
  })
}
