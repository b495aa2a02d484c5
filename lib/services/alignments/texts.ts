import { z } from 'zod'
import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { cells } from '@/db/schema'
import { parseExact } from '@/lib/formats/shared/exact-json'
import { valueAt } from '@/lib/formats/shared/column-path'
import type { JsonObject } from '@/lib/formats/types'
import type { AlignedCell, Link } from './links'

/** Rows read at a time: about 10 ms. */
const READ_ROWS = 4_096

/** A row with the text that it says it was made from; null where it says nothing. */
export interface ParentText {
  idx: number
  input: string
  text: string | null
}

/** Rows linked by text, and why the others are not. */
export interface TextLinks {
  links: Link[]
  reason: string | null
}

/** Yields the rows of a cell in pages, with the text of the column that its mapping names as parent. */
export function* parentTexts(db: Db, cellNo: number): Generator<ParentText[]> {
  const found = db.select({ source: cells.source }).from(cells).where(eq(cells.no, cellNo)).get()
  const column = found?.source.mapping?.parent
  if (!column) return
  const page = hotRead(db, {
    why: 'goes over every row of a file',
    sql: `select idx, coalesce(input, '') as input, extra from rows where cell_no = ? and idx > ? order by idx limit ${READ_ROWS}`,
    row: z.object({ idx: z.number(), input: z.string(), extra: z.string().nullable() }),
  })
  for (let last = -1; ;) {
    const rows = page.all(cellNo, last)
    yield rows.map(({ idx, input, extra }) => {
      const text = extra === null ? null : valueAt(parseExact(extra, {}) as JsonObject, column)
      return { idx, input, text: typeof text === 'string' && text !== '' ? text : null }
    })
    if (rows.length < READ_ROWS) return
    last = rows.at(-1)?.idx as number
  }
}

interface Candidate {
  idx: number
  input: string
}

/** Texts of a cell, without white space at their ends, with the rows that have them; a row is found with and without its input. */
function rowsByText(db: Db, cellNo: number): Map<string, Candidate[]> {
  const rows = hotRead(db, {
    why: 'goes over every row of a file',
    sql: "select idx, instruction, coalesce(input, '') as input from rows where cell_no = ? order by idx",
    row: z.object({ idx: z.number(), instruction: z.string(), input: z.string() }),
  }).iterate(cellNo)
  const found = new Map<string, Candidate[]>()
  for (const { idx, instruction, input } of rows) {
    const texts = input === '' ? [instruction] : [instruction, `${instruction}\n${input}`]
    for (const text of texts) {
      const key = text.trim()
      const same = found.get(key)
      if (same) same.push({ idx, input })
      else found.set(key, [{ idx, input }])
    }
  }
  return found
}

/** The one row that is meant: the only one of this text, or the only one that also has the child's input. */
function meant(candidates: readonly Candidate[], input: string): Candidate | null {
  const [first] = candidates
  if (candidates.length === 1) return first ?? null
  const same = candidates.filter((one) => one.input === input)
  return same.length === 1 ? (same[0] ?? null) : null
}

/**
 * Returns links from each row to the row of the parent cell whose instruction (alone, or with its input on the next line) is the text that
 * the row says it was made from, white space at the ends aside. Rows whose text stands in several rows of the parent are linked only where
 * the input tells which.
 */
export function textLinks(db: Db, child: AlignedCell, parentNo: number): TextLinks {
  const known = rowsByText(db, parentNo)
  const links: Link[] = []
  const missed = { silent: 0, unknown: 0, several: 0 }
  for (const page of parentTexts(db, child.no)) {
    for (const { idx, input, text } of page) {
      const candidates = text === null ? undefined : known.get(text.trim())
      if (text === null) missed.silent++
      else if (!candidates) missed.unknown++
      else {
        const parent = meant(candidates, input)
        if (!parent) missed.several++
        else links.push({ childIdx: idx, parentIdx: parent.idx })
      }
    }
  }
  const reasons = [
    [missed.silent, 'do not say what they were made from'],
    [missed.unknown, 'name a text that no row of the parent has'],
    [missed.several, 'name a text that several rows of the parent have'],
  ] as const
  const told = reasons.filter(([rows]) => rows > 0).map(([rows, why]) => `${rows} rows ${why}`)
  return { links, reason: told.length > 0 ? told.join('; ') : null }
}

/** Returns the current seeds of a seed set as alignment sees them, null when there are none. */
export function currentSeeds(db: Db, seedSetId: string): AlignedCell | null {
  const found = db
    .select({ no: cells.no, rowCount: cells.rowCount })
    .from(cells)
    .where(
      and(
        eq(cells.seedSetId, seedSetId),
        isNull(cells.armId),
        isNotNull(cells.publishedAt),
        isNull(cells.supersededAt),
      ),
    )
    .get()
  return found ? { ...found, seedSetId, round: 0 } : null
}
