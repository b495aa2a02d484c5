import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { Link } from './links'

/** The rule by which rows meet by id, for previews and help. */
export const ID_RULE =
  'Equal ids count first; else one part of the ids, cut into words at - _ . : / # |: without the last word, the first or both, or the first or last word alone (0 in 0_3, 7 in seed-7-r2). The part must be unique on both sides and find the parents of nine rows in ten; parts that disagree are refused.'

/** Below this share of rows found, a part of the id is not the seed's. */
const MIN_SHARE = 0.9
/** Rows that show which columns a file has. */
const HEAD_ROWS = 200
const WORDS = /[-_.:/#|\s]+/
// Columns that name the row a row came from, then columns that name the row itself.
const PARENT_KEYS = ['parent_id', 'seed_id', 'source_id', 'original_id', 'orig_id', 'seed_idx']
const OWN_KEYS = ['id', 'uid', 'uuid', 'row_id', 'idx', 'index']

/** Returns the column that seems to name parents or the rows themselves, or null. */
export function idColumn(keys: readonly string[]): string | null {
  return [...PARENT_KEYS, ...OWN_KEYS].find((name) => keys.includes(name)) ?? null
}

/** One part of an id, in words for people. */
const PARTS: Record<string, { of(words: readonly string[]): string; name: string }> = {
  whole: { of: (words) => words.join('-'), name: 'the whole id' },
  head: { of: (words) => words.slice(0, -1).join('-'), name: 'the id without its last word' },
  tail: { of: (words) => words.slice(1).join('-'), name: 'the id without its first word' },
  inner: {
    of: (words) => words.slice(1, -1).join('-'),
    name: 'the id without its first and last word',
  },
  first: { of: (words) => words[0] ?? '', name: 'the first word of the id' },
  last: { of: (words) => words.at(-1) ?? '', name: 'the last word of the id' },
}

/** Row and id of every row that has one. */
const ID_ROW = z.tuple([z.number(), z.string()])
type Ids = readonly z.output<typeof ID_ROW>[]

/** How rows meet their parents by id, or why they do not. */
export type IdPairing =
  | { links: Link[]; isEqual: boolean; how: string }
  | { links: null; reason: string }

function externalIds(db: Db, cellNo: number): Ids {
  return hotRead(db, {
    why: 'goes over every row of a file',
    sql: 'select idx, external_id from rows where cell_no = ? and external_id is not null',
    row: ID_ROW,
  }).all(cellNo)
}

function columnIds(db: Db, cellNo: number, key: string): Ids {
  return hotRead(db, {
    why: 'goes over every row of a file',
    sql: "select idx, cast(json_extract(extra, ?) as text) as id from rows where cell_no = ? and extra is not null and json_type(extra, ?) in ('text', 'integer')",
    row: ID_ROW,
  }).all(`$."${key}"`, cellNo, `$."${key}"`)
}

/** Returns the unmapped columns of texts, or of whole numbers too, that the first rows of a cell have; it may still be staged. */
export function columnsOfCell(db: Db, cellNo: number, kind: 'text' | 'id'): string[] {
  const types = kind === 'text' ? "('text')" : "('text', 'integer')"
  return hotRead(db, {
    why: 'only SQL names the keys without reading the rows',
    sql: `select distinct e.key from rows r, json_each(r.extra) e where r.cell_no = ? and r.idx < ${HEAD_ROWS} and r.extra is not null and e.type in ${types}`,
    row: z.string(),
  }).all(cellNo)
}

/** Ids by preference; columns whose name says that they hold ids stand beside the column chosen as id. */
function sources(db: Db, cellNo: number, before: readonly string[]): Ids[] {
  const columns = columnsOfCell(db, cellNo, 'id')
  const of = (names: readonly string[]) =>
    names.filter((name) => columns.includes(name)).map((name) => columnIds(db, cellNo, name))
  return [...of(before), externalIds(db, cellNo), ...of(OWN_KEYS)].filter((ids) => ids.length > 0)
}

function partOf(id: string, part: string): string {
  const words = id.split(WORDS).filter(Boolean)
  return (PARTS[part] as (typeof PARTS)[string])
    .of(words)
    .replace(/^0+(?=\d)/, '')
    .toLowerCase()
}

/** Rows by key; null where a key repeats, so that it cannot tell rows apart. */
function unique(ids: Ids, key: (id: string) => string): Map<string, number> | null {
  const rows = new Map<string, number>()
  for (const [idx, id] of ids) {
    const name = key(id)
    if (name === '') continue
    if (rows.has(name)) return null
    rows.set(name, idx)
  }
  return rows
}

function pairs(ours: Map<string, number>, theirs: Map<string, number>): Link[] {
  const links: Link[] = []
  for (const [key, childIdx] of ours) {
    const parentIdx = theirs.get(key)
    if (parentIdx !== undefined) links.push({ childIdx, parentIdx })
  }
  return links
}

function disagree(a: readonly Link[], b: readonly Link[]): boolean {
  const parents = new Map(a.map(({ childIdx, parentIdx }) => [childIdx, parentIdx]))
  return b.some(({ childIdx, parentIdx }) => (parents.get(childIdx) ?? parentIdx) !== parentIdx)
}

function example(ids: Ids): string {
  return JSON.stringify((ids[0]?.[1] ?? '').slice(0, 40))
}

function byParts(ours: Ids, theirs: Ids): IdPairing {
  const names = Object.keys(PARTS)
  const left = new Map(names.map((part) => [part, unique(ours, (id) => partOf(id, part))]))
  const right = new Map(names.map((part) => [part, unique(theirs, (id) => partOf(id, part))]))
  const found: { part: string; of: string; links: Link[] }[] = []
  for (const [part, rows] of left) {
    for (const [of, parents] of right) {
      if (!rows || !parents) continue
      const links = pairs(rows, parents)
      if (links.length >= MIN_SHARE * ours.length) found.push({ part, of, links })
    }
  }
  const [best] = found.toSorted((a, b) => b.links.length - a.links.length)
  if (!best) {
    const reason = `no part of the ids leads to the parents (${example(ours)} here, ${example(theirs)} there)`
    return { links: null, reason }
  }
  const rival = found.find((other) => disagree(best.links, other.links))
  const nameOf = (part: string) => PARTS[part]?.name ?? part
  if (rival) {
    const other = rival.part === best.part ? rival.of : rival.part
    return {
      links: null,
      reason: `the ids are ambiguous: ${nameOf(best.part)} and ${nameOf(other)} lead to different parents (${example(ours)} here, ${example(theirs)} there). Give the rows a column that holds the parent's id alone`,
    }
  }
  const theirPart = best.of === 'whole' ? '' : ` equals ${nameOf(best.of)} there`
  const how = `${nameOf(best.part)}${theirPart} (${example(ours)}: ${JSON.stringify(partOf(ours[0]?.[1] ?? '', best.part))})`
  return { links: best.links, isEqual: false, how }
}

function pairIds(ours: Ids, theirs: Ids): IdPairing {
  const left = unique(ours, (id) => id)
  const right = unique(theirs, (id) => id)
  if (left && right) {
    const links = pairs(left, right)
    if (links.length >= MIN_SHARE * ours.length) {
      return { links, isEqual: true, how: "ids equal the parent's" }
    }
    const parts = byParts(ours, theirs)
    // A file that shares some ids with its parent holds rows of other parents too.
    if (parts.links !== null || links.length === 0) return parts
    return { links, isEqual: true, how: "ids equal the parent's" }
  }
  return byParts(ours, theirs)
}

/**
 * Returns the links between the rows of two cells by their ids under `ID_RULE`, or why there are none. Ids are those of
 * the mapped column, else of columns such as `parent_id`, `seed_id` or `uid`.
 */
export function pairByIds(db: Db, childNo: number, parentNo: number): IdPairing {
  const theirs = sources(db, parentNo, [])
  const ours = sources(db, childNo, PARENT_KEYS)
  if (ours.length === 0 || theirs.length === 0) {
    const side = ours.length === 0 ? 'its rows have' : "its parent's rows have"
    return { links: null, reason: `${side} no id` }
  }
  let first: IdPairing | null = null
  for (const left of ours) {
    for (const right of theirs) {
      const pairing = pairIds(left, right)
      if (pairing.links !== null) return pairing
      first ??= pairing
    }
  }
  const isRepeated = unique(ours[0] as Ids, (id) => id) === null
  if (isRepeated && first?.links === null) {
    return { links: null, reason: `its ids are not unique; ${first.reason}` }
  }
  return first as IdPairing
}
