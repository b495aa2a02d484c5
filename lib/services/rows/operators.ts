import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { currentCells, newestAlignment } from '../cells'
import { cachesOf } from '../columns/cache'
import { yieldToEventLoop } from '../compare/slots'
import { getStudy } from '../studies'

/** Operators of the rows of a cell as small numbers: 0 = none, k = names[k - 1]. */
export interface OperatorCodes {
  names: string[]
  codes: Uint8Array
}

/** Returns the operators under the newest alignment of a cell; n = positions of the cell. */
export function operatorCodes(db: Db, cellNo: number, n: number): OperatorCodes {
  const alignment = newestAlignment(db, cellNo)
  if (!alignment) return { names: [], codes: new Uint8Array(n) }
  // A published alignment never changes, so its key is stamp enough.
  return cachesOf(db).columns.get(
    `operators/${cellNo}`,
    String(alignment.no),
    (value: OperatorCodes) => value.codes.byteLength,
    () => {
      const codes = new Uint8Array(n)
      const found = hotRead(db, {
        why: 'goes over every link of a file; one list an operator costs a tenth of as many rows',
        sql: 'select operator, json_group_array(child_idx), min(child_idx) as first from links where alignment_no = ? and operator is not null group by operator order by first',
        row: z.tuple([z.string(), z.string(), z.number()]),
      }).all(alignment.no)
      for (const [i, [, places]] of found.entries()) {
        for (const idx of JSON.parse(places) as number[]) if (idx < n) codes[idx] = i + 1
      }
      const names = found.map(([operator]) => operator)
      return { names, codes }
    },
  )
}

/** Returns the names of all operators in the study's current cells, sorted. */
export async function studyOperators(db: Db, studyId: string): Promise<string[]> {
  getStudy(db, studyId)
  const names = new Set<string>()
  for (const cell of currentCells(db, studyId)) {
    for (const name of operatorCodes(db, cell.no, cell.rowCount).names) names.add(name)
    await yieldToEventLoop()
  }
  return [...names].sort()
}
