import type { Column } from '@/lib/columns/column'
import type { CodedValue } from '@/lib/contracts/column-kinds'
import { carriesValue, statusCode } from '@/lib/contracts/status'
import type { CheckedFormula, ColumnNode, Node } from './check'
import { overGroups } from './groups'
import { constantVector, joinRows, joinWords, mapRows, SPECIAL, type Vector } from './vector'

/** A file as formulas see it. */
export interface FormulaCell {
  no: number
  rowCount: number
  /** Positions that hold no row. */
  skipped: readonly number[]
  seedSet: string
  evolver: string
  round: number
}

/** What a formula reads. */
export interface FormulaSource {
  read(columnId: string, cell: FormulaCell): Column
  /** Distinct values of a column; entry k is the value that its numbers call k + 1. */
  words(columnId: string): readonly CodedValue[]
}

const NOT_RUN = statusCode('not_run')

function readColumn(
  { id, shape, type }: ColumnNode,
  cell: FormulaCell,
  source: FormulaSource,
): Vector {
  const { values, status } = source.read(id, cell)
  const n = cell.rowCount
  if (type === 'number')
    return { values: new Float64Array(values), status: status.slice(), words: null }
  const codes = Float64Array.from({ length: n }, (_, row) => (values[row] as number) - 1)
  const vector = { values: codes, status: status.slice(), words: null }
  if (shape === 'enum') return vector
  const words = source.words(id)
  if (type !== 'flag') return { ...vector, words }
  const yes = words.map(Number)
  return { ...vector, values: codes.map((k) => yes[k] ?? Number.NaN) }
}

/** Evaluates a checked formula over files; a group function reads all of them at once. */
class Evaluation {
  /** What was computed of a group function, one vector a file. */
  readonly #groups = new Map<Node, Vector[]>()

  constructor(
    readonly cells: readonly FormulaCell[],
    readonly source: FormulaSource,
  ) {}

  /** Returns one entry for each row of the file at a place; positions without a row are not computed. */
  at(node: Node, place: number): Vector {
    const vector = this.#compute(node, place)
    for (const row of this.#cell(place).skipped) {
      vector.status[row] = NOT_RUN
      vector.values[row] = Number.NaN
    }
    return vector
  }

  #cell(place: number): FormulaCell {
    return this.cells[place] as FormulaCell
  }

  #compute(node: Node, place: number): Vector {
    switch (node.kind) {
      case 'constant':
        return constantVector(node.value, this.#cell(place).rowCount)
      case 'column':
        return readColumn(node, this.#cell(place), this.source)
      case 'row': {
        const { of } = node
        const [left, right] = node.args as [Node, Node?]
        const a = this.#compute(left, place)
        if (!right) return mapRows(a, (x) => of(x, 0))
        // A column of one number would be filled, and read, for nothing.
        if (right.kind === 'constant' && right.type !== 'text') {
          const { value } = right
          return mapRows(a, (x) => of(x, value))
        }
        return joinRows(a, this.#compute(right, place), of)
      }
      case 'words': {
        const [a, b] = node.args.map((arg) => this.#compute(arg, place)) as [Vector, Vector]
        return joinWords(a, b, node.of)
      }
      case 'special':
        return (SPECIAL[node.name] as (typeof SPECIAL)[string])(
          node.args.map((arg) => this.#compute(arg, place)),
        )
      case 'group': {
        let all = this.#groups.get(node)
        if (!all) {
          const every = this.cells.map((_, k) => k)
          const args = every.map((k) => this.at(node.arg, k))
          const columns = node.within.map((grouping) =>
            grouping.by === 'column' ? every.map((k) => this.at(grouping.column, k)) : null,
          )
          all = overGroups(node, this.cells, args, columns)
          this.#groups.set(node, all)
        }
        const { values, status, words } = all[place] as Vector
        return { values: values.slice(), status: status.slice(), words }
      }
    }
  }
}

/**
 * Returns the column of a formula for each of the files. Where it has group functions these must be all files of the study.
 * Words are numbered from 1, in the order of its levels.
 */
export function evaluateFormula(
  formula: CheckedFormula,
  cells: readonly FormulaCell[],
  source: FormulaSource,
): Column[] {
  const evaluation = new Evaluation(cells, source)
  return cells.map((cell, place) => {
    const { values, status, words } = evaluation.at(formula.node, place)
    if (formula.type !== 'number') {
      const ordinal = words?.map((word) => (formula.levels ?? []).indexOf(word as string) + 1)
      for (let row = 0; row < cell.rowCount; row += 1) {
        const value = values[row] as number
        if (carriesValue(status[row] as number))
          values[row] = ordinal ? (ordinal[value] as number) : value + 1
      }
    }
    return { values, status, width: 1, n: cell.rowCount }
  })
}
