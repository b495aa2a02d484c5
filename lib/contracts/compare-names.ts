import { sideName, sidesOf, type CompareState } from './compare'
import { SEEDS_KEY } from './seeds'

/** Returns the name of a side with the operators that it is restricted to. */
export function restrictedName(name: string, operators: readonly string[]): string {
  return operators.length === 0 ? name : `${name} [${operators.join(', ')}]`
}

/** Returns the names of all sides in order, for tables, sentences and citations. */
export function sideNames(state: CompareState): string[] {
  return sidesOf(state).map((side) => {
    const restricts = side.arm === SEEDS_KEY ? [] : state.operators
    return restrictedName(sideName(side), restricts)
  })
}
