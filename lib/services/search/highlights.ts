import { FIND_FIELDS, type Find } from '@/lib/contracts/find'
import { partsOf, type Condition } from '@/lib/contracts/condition'
import type { RowFilter } from '@/lib/contracts/filter'
import type { RowMatches } from '@/lib/contracts/rows'
import { parseWords, phrasesOf } from '@/lib/contracts/word-query'
import { matcherOf, phraseMatcher, type Matcher } from './matcher'

/** Places marked in one text: more would hide it. */
const MOST = 500
/** Characters of a text that are looked through for places: what a person may read of one text. */
const MOST_CHARACTERS = 200_000

function matchersOf(find: Find): Matcher[] {
  if (find.is !== 'words') return [matcherOf(find)]
  const read = parseWords(find.query)
  if ('error' in read) return []
  return phrasesOf(read.query, false).map((phrase) => phraseMatcher(phrase, find.in))
}

/** The searches of a condition that kept rows may pass; what they must not have is not marked. */
function findsOf(condition: Condition): Find[] {
  if ('not' in condition) return []
  if (!('is' in condition)) return partsOf(condition).flatMap(findsOf)
  const { is } = condition
  return is === 'text' || is === 'words' || is === 'regex' ? [condition] : []
}

/** Joins places that touch or overlap, in order. */
function merged(places: [number, number][]): [number, number][] {
  const result: [number, number][] = []
  for (const [from, to] of places.toSorted(([a], [b]) => a - b)) {
    const last = result.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}

type Texts = Partial<Record<keyof RowMatches, string | null>>

/** Returns what finds the places in a row's texts that a filter searches for; null where it searches for nothing. */
export function openHighlights(filter: RowFilter): ((row: Texts) => RowMatches) | null {
  const text = filter.text.trim()
  const finds: Find[] = [
    ...(text === '' ? [] : [{ is: 'text' as const, text }]),
    ...(filter.find ? [filter.find] : []),
    ...(filter.where ? findsOf(filter.where) : []),
  ]
  if (finds.length === 0) return null
  const matchers = finds.flatMap(matchersOf)
  return (row) => {
    const matches: RowMatches = {}
    for (const field of FIND_FIELDS) {
      const own = row[field]?.slice(0, MOST_CHARACTERS)
      if (!own) continue
      const asked = matchers.filter(({ fields }) => fields.includes(field))
      const places = merged(asked.flatMap((matcher) => matcher.places(own, MOST)))
      if (places.length > 0) matches[field] = places.slice(0, MOST)
    }
    return matches
  }
}
