import type { Db } from '@/db/client'
import { columnBytes, emptyColumn, type Column } from '@/lib/columns/column'
import type { CodedValue } from '@/lib/contracts/column-kinds'
import type { Formula } from '@/lib/contracts/formula'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { checkFormula, type CheckedFormula, type NamedColumn } from '@/lib/formulas/check'
import { FormulaError } from '@/lib/formulas/error'
import { evaluateFormula, type FormulaCell } from '@/lib/formulas/evaluate'
import { currentCells } from '../cells'
import { cachesOf } from './cache'
import { readLater, type StampedColumn } from './runs'

/** What formulas read columns with. */
export interface FormulaInputs {
  stamped(columnId: string, cell: FormulaCell): StampedColumn
  words(columnId: string): readonly CodedValue[]
  /** A column by its id; null where the study has it no more. */
  named(columnId: string): NamedColumn | null
}

/** Returns the study's files as formulas see them. */
export function formulaCells(db: Db, studyId: string): FormulaCell[] {
  return currentCells(db, studyId).map(({ no, rowCount, skipped, seedSetKey, armKey, round }) => ({
    no,
    rowCount,
    skipped,
    seedSet: seedSetKey,
    evolver: armKey ?? SEEDS_KEY,
    round,
  }))
}

/** Returns a stored formula ready to be evaluated; null where a column that it reads is gone. */
function compile(formula: Formula, inputs: FormulaInputs): CheckedFormula | null {
  const columns = formula.reads.flatMap((id) => inputs.named(id) ?? [])
  try {
    return checkFormula(formula.expression, columns)
  } catch (error) {
    if (error instanceof FormulaError) return null
    throw error
  }
}

/** Reads formula columns of one study. */
export class FormulaReader {
  readonly #compiled = new Map<string, CheckedFormula | null>()
  readonly #stamps = new Map<string, string>()
  readonly #open = new Set<string>()
  #cells: FormulaCell[] | null = null

  constructor(
    readonly db: Db,
    readonly studyId: string,
    readonly inputs: FormulaInputs,
  ) {}

  /** Returns the files whose rows decide the values in one of them. */
  cellsFor(formula: Formula, cell: { no: number }): readonly FormulaCell[] {
    this.#cells ??= formulaCells(this.db, this.studyId)
    const own = this.#cells.filter(({ no }) => no === cell.no)
    return own.length > 0 && this.#checked(formula)?.hasGroups ? this.#cells : own
  }

  /** Returns the column in a file; without a value everywhere where a column that the formula reads is gone. */
  read(formula: Formula, cell: { no: number; rowCount: number }): StampedColumn {
    const checked = this.#checked(formula)
    const cells = this.cellsFor(formula, cell)
    const nothing = { column: emptyColumn(cell.rowCount), stamp: '' }
    if (!checked || cells.length === 0 || this.#open.has(formula.column)) return nothing
    const keyOf = ({ no }: { no: number }) => `formula/${this.studyId}/${formula.column}/${no}`
    // A formula that reads itself by way of others has no value there.
    const guarded = <T>(work: () => T): T => {
      this.#open.add(formula.column)
      try {
        return work()
      } finally {
        this.#open.delete(formula.column)
      }
    }
    const stamp = guarded(() => this.#stamp(formula, checked, cells))
    return readLater(stamp, `${keyOf(cell)}/${stamp}`, () => {
      const cache = cachesOf(this.db).columns
      const kept = cache.peek<Column>(keyOf(cell), stamp)
      if (kept) return kept
      const columns = guarded(() =>
        evaluateFormula(checked, cells, {
          read: (id, of) => this.inputs.stamped(id, of).column,
          words: (id) => this.inputs.words(id),
        }),
      )
      columns.forEach((column, k) =>
        cache.put(keyOf(cells[k] as FormulaCell), stamp, column, columnBytes(column)),
      )
      return columns[cells.findIndex(({ no }) => no === cell.no)] as Column
    })
  }

  #checked(formula: Formula): CheckedFormula | null {
    const { column } = formula
    if (!this.#compiled.has(column)) this.#compiled.set(column, compile(formula, this.inputs))
    return this.#compiled.get(column) as CheckedFormula | null
  }

  /** What changes whenever values of the formula in these files may. */
  #stamp(formula: Formula, { reads }: CheckedFormula, cells: readonly FormulaCell[]): string {
    const key = `${formula.column}/${cells.length > 1 ? '' : cells[0]?.no}`
    const found = this.#stamps.get(key)
    if (found !== undefined) return found
    const facts = cells.map((cell) => [
      cell,
      reads.map((id) => this.inputs.stamped(id, cell).stamp),
    ])
    const stamp = JSON.stringify([formula.hash, facts])
    this.#stamps.set(key, stamp)
    return stamp
  }
}
