import { isOn, type AtomOf, type Condition } from './condition'
import { andParts, withConditions } from './condition-tree'
import { emptyFilter, type RowFilter } from './filter'

/** A part of a filter; a facet is what it is counted under without itself, null for parts that no counts leave out. */
export interface FilterPart {
  facet: string | null
  condition: Condition
  /** What a condition that ranks rows ranks those of. */
  rest?: RowFilter
}

type Ranking = AtomOf<'similar'> | AtomOf<'repeats'>

const ranks = (part: Condition): part is Ranking =>
  'is' in part &&
  ((part.is === 'similar' && part.within === 'filter') ||
    (part.is === 'repeats' && part.across === 'filter'))

/**
 * Returns the conditions of a filter that choose among the rows that all its rest keeps (the most similar, one of each group of
 * copies), and that rest; a sample is drawn after them.
 */
export function rankingOf(filter: RowFilter): { ranked: Ranking[]; rest: RowFilter } {
  const parts = filter.where && isOn(filter.where) ? andParts(filter.where) : []
  const ranked = parts.filter(ranks)
  if (ranked.length === 0) return { ranked, rest: filter }
  const { where: _where, sample: _sample, ...others } = filter
  const left = parts.filter((part) => !ranks(part))
  return { ranked, rest: left.length > 0 ? { ...others, where: { all: left } } : others }
}

/** Returns the parts of a filter as one condition each, the cheap ones first; where a row comes from is left out. */
export function partsOfFilter(whole: RowFilter): FilterPart[] {
  const { ranked, rest: filter } = rankingOf(whole)
  const text = filter.text.trim()
  const one = (isThere: boolean, facet: string | null, condition: Condition): FilterPart[] =>
    isThere ? [{ facet, condition }] : []
  const ofColumn = (is: 'range' | 'values') => (part: { column: string }) => ({
    facet: `column ${part.column}`,
    condition: { is, ...part } as Condition,
  })
  const ofRest = (condition: Condition) => ({ facet: null, condition })
  return [
    ...one(filter.operators.length > 0, 'operators', { is: 'operators', names: filter.operators }),
    ...filter.ranges.map(ofColumn('range')),
    ...filter.values.map(ofColumn('values')),
    ...(filter.partners ?? []).map((partner) => ofRest({ is: 'partner', ...partner })),
    ...(filter.exports ?? []).map((saved) => ofRest({ is: 'export', ...saved })),
    ...one(filter.marks.length > 0, 'marks', { is: 'marks', kinds: filter.marks }),
    ...one((filter.tags ?? []).length > 0, 'tags', {
      is: 'marks',
      kinds: [],
      tags: filter.tags ?? [],
    }),
    ...one(filter.hideDropped, null, { not: { is: 'marks', kinds: ['drop'] } }),
    ...(filter.where ? [ofRest(filter.where)] : []),
    ...one(text !== '', null, { is: 'text', text }),
    ...(filter.find ? [ofRest(filter.find)] : []),
    ...ranked.map((condition) => ({ facet: null, condition, rest: filter })),
  ]
}

/** Returns the plain parts of a filter as conditions of a tree, where a row comes from first. */
function plainConditions(filter: RowFilter): Condition[] {
  const { where: _where, ...plain } = filter
  const { seedSets, arms, rounds } = plain
  const isOfSome = seedSets.length + arms.length + rounds.length > 0
  const parts = partsOfFilter(plain)
  return [
    ...(isOfSome ? [{ is: 'origin', seedSets, arms, rounds } as const] : []),
    ...parts.map(({ condition }) => condition),
  ]
}

/** Returns whether a filter has plain parts, which `intoTree` makes conditions of. */
export function hasPlainParts(filter: RowFilter): boolean {
  return plainConditions(filter).length > 0
}

/** Returns the filter that keeps the same rows by its tree alone: what a figure or list chose becomes a group of conditions. */
export function intoTree(filter: RowFilter): RowFilter {
  const { where, sample } = filter
  const added = plainConditions(filter)
  const [first] = added
  if (!first) return filter
  const group = added.length === 1 ? first : { all: added }
  return {
    ...emptyFilter(),
    where: withConditions(where, group),
    ...(sample ? { sample } : {}),
  }
}
