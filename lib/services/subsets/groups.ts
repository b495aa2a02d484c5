import { WITHIN, type Within } from '@/lib/contracts/subset'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { LIMITS } from '@/lib/contracts/limits'
import { carriesValue } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import type { RuleGroups, RuleNumbers } from '@/lib/subsets/types'
import type { CellRef } from '../cells'
import { slotsNow } from '../compare/slots'
import { operatorCodes } from '../rows/operators'
import type { Scope } from '../rows/conditions/types'

/** Rows of a study in file order: the first row of each cell. */
export interface Places {
  n: number
  cells: readonly CellRef[]
  starts: readonly number[]
}

/** Numbers names as they come. */
class Names {
  readonly names: string[] = []
  readonly #codes = new Map<string, number>()

  codeOf(name: string): number {
    const known = this.#codes.get(name)
    if (known !== undefined) return known
    const code = this.names.push(name) - 1
    this.#codes.set(name, code)
    return code
  }
}

const cellName = ({ seedSetKey, armKey, round }: CellRef) =>
  `${seedSetKey} / ${armKey ?? SEEDS_KEY} / ${round}`

/** Origins that are the same for all rows of a file. */
const OF_CELL: Partial<Record<Within, (cell: CellRef) => string>> = {
  study: () => 'study',
  cell: cellName,
  seed_set: ({ seedSetKey }) => seedSetKey,
  evolver: ({ armKey }) => armKey ?? SEEDS_KEY,
  round: ({ round }) => String(round),
}

function bySeed({ db }: Scope, { n, cells, starts }: Places, withRound: boolean): RuleGroups {
  const codes = new Int32Array(n).fill(-1)
  const firsts = new Map<string, number>()
  let groups = 0
  const slotsOf = cells.map((cell) => slotsNow(db, cell).slots)
  const keyOf = (cell: CellRef) => `${withRound ? cell.round : ''}/${cell.seedSetId}`
  const sizes = new Map<string, number>()
  cells.forEach((cell, k) => {
    const highest = (slotsOf[k] as Int32Array).reduce((a, b) => Math.max(a, b), -1)
    sizes.set(keyOf(cell), Math.max(sizes.get(keyOf(cell)) ?? 0, highest + 1))
  })
  for (const [key, size] of sizes) {
    firsts.set(key, groups)
    groups += size
  }
  cells.forEach((cell, k) => {
    const first = firsts.get(keyOf(cell)) as number
    const start = starts[k] as number
    ;(slotsOf[k] as Int32Array).forEach((slot, row) => {
      if (slot >= 0) codes[start + row] = first + slot
    })
  })
  return { codes, names: Array.from({ length: groups }, () => ''), reason: 'no_seed' }
}

function byOperator({ db }: Scope, { n, cells, starts }: Places): RuleGroups {
  const codes = new Int32Array(n).fill(-1)
  const names = new Names()
  cells.forEach((cell, k) => {
    const own = operatorCodes(db, cell.no, cell.rowCount)
    const codeOf = own.names.map((name) => names.codeOf(name))
    own.codes.forEach((code, row) => {
      if (code > 0) codes[(starts[k] as number) + row] = codeOf[code - 1] as number
    })
  })
  return { codes, names: names.names, reason: 'no_operator' }
}

function byColumn({ reader }: Scope, column: string, { values, status }: RuleNumbers): RuleGroups {
  const dictionary = reader.dictionary(column)
  if (dictionary?.shape === 'tags') {
    throw new AppError(
      'invalid_input',
      `${column} has several tags in a row. Choose a column with one value a row.`,
    )
  }
  const codes = new Int32Array(values.length).fill(-1)
  const names = new Names()
  const known = new Map<number, number>()
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number
    if (!carriesValue(status[row] as number) || Number.isNaN(value)) continue
    let code = known.get(value)
    if (code === undefined) {
      code = names.codeOf(String(dictionary ? dictionary.valueOf(value) : value))
      known.set(value, code)
      if (names.names.length > LIMITS.categories) {
        throw new AppError(
          'invalid_input',
          `${column} has more than ${LIMITS.categories} different values, so it makes no groups. Choose a column of levels or categories.`,
        )
      }
    }
    codes[row] = code
  }
  return { codes, names: names.names, reason: 'no_value' }
}

/** Returns the group of each row by its origin or by the values of a column. */
export function groupsOf(
  scope: Scope,
  places: Places,
  by: string,
  numbers: (column: string) => RuleNumbers,
): RuleGroups {
  const origin = WITHIN.find((one) => one === by)
  if (origin === undefined) return byColumn(scope, by, numbers(by))
  if (origin === 'seed' || origin === 'seed_and_round') {
    return bySeed(scope, places, origin === 'seed_and_round')
  }
  const ofCell = OF_CELL[origin]
  if (!ofCell) return byOperator(scope, places)
  const names = new Names()
  const codes = new Int32Array(places.n)
  places.cells.forEach((cell, k) => {
    const start = places.starts[k] as number
    codes.fill(names.codeOf(ofCell(cell)), start, start + cell.rowCount)
  })
  return { codes, names: names.names, reason: '' }
}
