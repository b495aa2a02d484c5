import { randomUUID } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { formulas } from '@/db/schema'
import { FORMULA_PREFIX, type Formula, type FormulaRequest } from '@/lib/contracts/formula'
import type { StoredFormula } from '@/lib/contracts/formula'
import { LIMITS } from '@/lib/contracts/limits'
import { cleanName } from '@/lib/contracts/plain-text'
import { AppError } from '@/lib/errors'
import { checkFormula, type CheckedFormula, type NamedColumn } from '@/lib/formulas/check'
import { FormulaError } from '@/lib/formulas/error'
import { listColumns } from '../columns'
import { markDeleted, markRestored } from '../deletion'
import { getStudy } from '../studies'
import { currentFormulas, formulaColumn } from './store'

/** Returns the study's formula columns, oldest first. */
export function listFormulas(db: Db, studyId: string): Formula[] {
  getStudy(db, studyId)
  return currentFormulas(db, studyId)
}

/** Returns every column of the study as a formula may name it; an edited one does not see itself. */
function namedColumns(db: Db, studyId: string): NamedColumn[] {
  return listColumns(db, studyId, { all: true }).map(
    ({ id, label, metric, isDefault, shape, levels }) => ({
      id,
      label,
      metric,
      isDefault,
      shape,
      levels,
    }),
  )
}

/** The formulas on the way from one to another that it reads, at any depth; null where it does not. */
function wayTo(from: readonly string[], target: string, all: readonly Formula[]): Formula[] | null {
  for (const formula of all.filter(({ column }) => from.includes(column))) {
    if (formula.column === target) return [formula]
    const rest = all.filter((one) => one !== formula)
    const way = wayTo(formula.reads, target, rest)
    if (way) return [formula, ...way]
  }
  return null
}

/** Returns a formula checked against the study's columns; `own` is the column that it is to become, where it has one. */
export function checkStudyFormula(
  db: Db,
  studyId: string,
  text: string,
  own: string | null = null,
): CheckedFormula {
  const checked = checkFormula(text, namedColumns(db, studyId))
  const circle = own === null ? null : wayTo(checked.reads, own, currentFormulas(db, studyId))
  if (circle) {
    const names = circle.map(({ name }) => name).join(', which reads ')
    throw new FormulaError(
      text,
      { from: 0, to: text.length },
      `The formula would read itself: it reads ${names}.`,
    )
  }
  return checked
}

function stored(text: string, checked: CheckedFormula): StoredFormula {
  const { resolved, type, levels, reads } = checked
  return {
    text,
    expression: resolved,
    type,
    levels: levels && [...levels],
    reads: [...reads],
  }
}

// Column ids are long enough as they are.
const KEY_CHARACTERS = 40

/** Returns a key for a new formula that no version of another one has, deleted ones included. */
function freeKey(db: Db, studyId: string, name: string): string {
  const taken = new Set(
    db
      .select({ key: formulas.key })
      .from(formulas)
      .where(eq(formulas.studyId, studyId))
      .all()
      .map(({ key }) => key),
  )
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, KEY_CHARACTERS)
    .replaceAll(/^_+|_+$/g, '')
  const base = slug === '' ? 'column' : slug
  for (let k = 1; ; k += 1) {
    const key = k === 1 ? base : `${base}_${k}`
    if (!taken.has(key)) return key
  }
}

function freeName(db: Db, studyId: string, given: string, own: string | null): string {
  const name = cleanName(given)
  if (name === '') throw new AppError('invalid_input', 'Give the column a name.')
  if (name.includes('`')) {
    throw new AppError('invalid_input', 'A name without backticks can be used in other formulas.')
  }
  const same = listColumns(db, studyId, { all: true }).find(
    ({ label, id }) => label === name && id !== own,
  )
  if (same) {
    throw new AppError(
      'conflict',
      `There is a column "${name}" already (${same.id}). Choose another name.`,
    )
  }
  return name
}

function formulaOf(db: Db, studyId: string, id: string): Formula {
  const found = currentFormulas(db, studyId).find((one) => one.id === id)
  if (!found) throw new AppError('not_found', 'There is no such formula column.')
  return found
}

/** Makes a formula column and returns it. A `FormulaError` says what is wrong with the formula, and where. */
export function addFormula(db: Db, studyId: string, { name, text }: FormulaRequest): Formula {
  getStudy(db, studyId)
  return inTransaction(db, () => {
    const free = freeName(db, studyId, name, null)
    if (currentFormulas(db, studyId).length >= LIMITS.formulas) {
      throw new AppError(
        'conflict',
        `A study keeps at most ${LIMITS.formulas} formula columns. Delete some first.`,
      )
    }
    const definition = stored(text, checkStudyFormula(db, studyId, text))
    const key = freeKey(db, studyId, free)
    return insert(db, { studyId, key, name: free, version: 1, definition, createdAt: Date.now() })
  })
}

function insert(db: Db, values: Omit<typeof formulas.$inferInsert, 'id'>): Formula {
  const id = randomUUID()
  db.insert(formulas)
    .values({ ...values, id })
    .run()
  return formulaOf(db, values.studyId, id)
}

/** Formulas that read a column directly. */
function readersOf(db: Db, studyId: string, column: string): Formula[] {
  return currentFormulas(db, studyId).filter(({ reads }) => reads.includes(column))
}

/** Gives a formula column a new version and returns it; the former one is kept. Its column id stays. */
export function changeFormula(
  db: Db,
  studyId: string,
  id: string,
  { name, text }: FormulaRequest,
): Formula {
  return inTransaction(db, () => {
    const old = formulaOf(db, studyId, id)
    const free = freeName(db, studyId, name, old.column)
    const definition = stored(text, checkStudyFormula(db, studyId, text, old.column))
    const key = old.column.slice(FORMULA_PREFIX.length, old.column.indexOf('.'))
    db.update(formulas).set({ replacedAt: Date.now() }).where(eq(formulas.id, id)).run()
    const { createdAt, version } = old
    const made = insert(db, {
      studyId,
      key,
      name: free,
      version: version + 1,
      definition,
      createdAt,
    })
    for (const reader of readersOf(db, studyId, old.column)) {
      try {
        checkStudyFormula(db, studyId, reader.expression, reader.column)
      } catch (error) {
        if (!(error instanceof FormulaError)) throw error
        throw new AppError(
          'conflict',
          `${reader.name} reads this column and would no longer work: ${error.problem}`,
        )
      }
    }
    return made
  })
}

/** Deletes a formula column, which can be restored for seven days. Refused while another formula reads it. */
export function deleteFormula(db: Db, studyId: string, id: string): void {
  const { column, name } = formulaOf(db, studyId, id)
  const readers = readersOf(db, studyId, column).map((one) => one.name)
  if (readers.length > 0) {
    throw new AppError(
      'conflict',
      `${readers.join(', ')} read${readers.length === 1 ? 's' : ''} ${name}. Change or delete that first.`,
    )
  }
  markDeleted(db, formulas, studyId, id, 'formula column')
}

/** Brings a deleted formula column back and returns it. */
export function restoreFormula(db: Db, studyId: string, id: string): Formula {
  return inTransaction(db, () => {
    const row = db
      .select({ key: formulas.key, name: formulas.name })
      .from(formulas)
      .where(and(eq(formulas.id, id), eq(formulas.studyId, studyId)))
      .get()
    if (row) freeName(db, studyId, row.name, formulaColumn(row.key))
    markRestored(db, formulas, studyId, id, 'deleted formula column')
    const found = formulaOf(db, studyId, id)
    checkStudyFormula(db, studyId, found.expression, found.column)
    return found
  })
}
