import type { Db } from '@/db/client'
import type { Mask } from '@/lib/columns/filter'
import { currentResponseSet } from './cells'
import { cachesOf } from './columns-cache'

/** Rows searched between two breaths: a few milliseconds of reading. */
const STEP_ROWS = 2_000

interface SearchCell {
  no: number
  rowCount: number
}

type Found = [idx: number][]

interface Search {
  cacheKey: string
  stamp: string
  needle: string
  setNo: number
}

function planSearch(db: Db, cell: SearchCell, text: string): Search {
  const set = currentResponseSet(db, cell.no)
  const needle = text.toLowerCase()
  return {
    cacheKey: `search/${cell.no}/${needle}`,
    stamp: String(set?.no ?? ''),
    needle,
    setNo: set?.no ?? -1,
  }
}

const ASCII = /^[\0-\x7f]*$/

/** SQLite folds the case of ASCII letters only; other scripts with case are folded here. */
function foldsInSql(needle: string): boolean {
  return ASCII.test(needle) || needle === needle.toUpperCase()
}

function searchStep(db: Db, cell: SearchCell, search: Search, mask: Mask, from: number): void {
  const source = `from rows r left join responses a on a.set_no = ? and a.idx = r.idx
     where r.cell_no = ? and r.idx >= ? and r.idx < ?`
  if (foldsInSql(search.needle)) {
    const found = db.$client
      .prepare(
        `select r.idx ${source} and (instr(lower(r.instruction), ?) or instr(lower(r.input), ?) or instr(lower(a.text), ?))`,
      )
      .raw()
      .all(
        search.setNo,
        cell.no,
        from,
        from + STEP_ROWS,
        search.needle,
        search.needle,
        search.needle,
      ) as Found
    for (const [idx] of found) if (idx < mask.length) mask[idx] = 1
    return
  }
  const texts = db.$client
    .prepare(`select r.idx, r.instruction, r.input, a.text ${source}`)
    .raw()
    .all(search.setNo, cell.no, from, from + STEP_ROWS) as [number, ...(string | null)[]][]
  for (const [idx, ...fields] of texts) {
    if (fields.some((field) => field?.toLowerCase().includes(search.needle))) mask[idx] = 1
  }
}

/** Returns the rows whose instruction, input or current response holds the text, whatever its case; cached. */
export function searchMask(db: Db, cell: SearchCell, text: string): Mask {
  const search = planSearch(db, cell, text)
  return cachesOf(db).results.get(
    search.cacheKey,
    search.stamp,
    (mask: Mask) => mask.byteLength,
    () => {
      const mask = new Uint8Array(cell.rowCount)
      for (let from = 0; from < cell.rowCount; from += STEP_ROWS) {
        searchStep(db, cell, search, mask, from)
      }
      return mask
    },
  )
}

/** Searches ahead of `searchMask`, giving way to other requests between steps. */
export async function warmSearch(
  db: Db,
  cell: SearchCell,
  text: string,
  signal?: AbortSignal,
): Promise<void> {
  const search = planSearch(db, cell, text)
  const cache = cachesOf(db).results
  if (cache.peek(search.cacheKey, search.stamp)) return
  const mask = new Uint8Array(cell.rowCount)
  for (let from = 0; from < cell.rowCount; from += STEP_ROWS) {
    signal?.throwIfAborted()
    searchStep(db, cell, search, mask, from)
    await new Promise((resolve) => setImmediate(resolve))
  }
  cache.put(search.cacheKey, search.stamp, mask, mask.byteLength)
}
