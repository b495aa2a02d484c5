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

// A comma separates the entries of a list in an address.
const listed = (texts: readonly string[]) => texts.map((text) => text.replaceAll(',', '%2C')).join()

/** Returns the address of the Compare page that shows a comparison. */
export function compareAddress(studyId: string, state: CompareState): string {
  const params = {
    a: sideText(state.a),
    b: sideText(state.b),
    more: listed(state.more.map(sideText)),
    against: state.against === 'all' ? state.against : '',
    sets: listed(state.seedSets),
    operators: listed(state.operators),
    unit: state.unit === 'seed' ? '' : state.unit,
    metrics: listed(state.columns),
    metric: state.column,
    entry: state.component || null,
    level: state.threshold,
    length: state.lengthColumn,
    flag: state.flagColumn,
  }
  const chosen = Object.entries(params).filter(([, value]) => value !== null && value !== '')
  const query = new URLSearchParams(chosen.map(([name, value]) => [name, String(value)]))
  return `/studies/${studyId}/compare?${query.toString()}`
}

/** Returns a side as it stands in addresses, seeds as any other: `small.2`, `seeds.0`. */
export function sideText({ arm, round }: Pick<CompareSide, 'arm' | 'round'>): string {
  return `${arm}.${round}`
}

/** Returns the evolver and round that `small.2` names, or null where a text names none. */
export function parseSide(text: string): Pick<CompareSide, 'arm' | 'round'> | null {
  const at = text.lastIndexOf('.')
  const round = Number(text.slice(at + 1))
  if (at < 1 || at + 1 === text.length || !Number.isInteger(round) || round < 0) return null
  return { arm: text.slice(0, at), round }
}
