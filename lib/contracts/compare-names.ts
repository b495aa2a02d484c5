import { sideName, sidesOf, type CompareSide, type CompareState } from './compare'
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

/** Returns the evolver and round that `small.2` names, or null where a text names none. */
export function parseSide(text: string): Pick<CompareSide, 'arm' | 'round'> | null {
  const at = text.lastIndexOf('.')
  const round = Number(text.slice(at + 1))
  if (at < 1 || at + 1 === text.length || !Number.isInteger(round) || round < 0) return null
  return { arm: text.slice(0, at), round }
}
