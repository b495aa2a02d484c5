import { emptyFilter } from '@/lib/contracts/filter'
import type { Find } from '@/lib/contracts/find'
import { listRows } from '@/lib/services/rows'
import { forgetCaches } from '@/lib/services/columns/cache'
import { fillPaperStudy } from './paper-study'
import { watchBlocks } from './rows-page'

/** Server time of a first page of one search from empty caches, and how long others waited for their turn. */
interface SearchTiming {
  name: string
  ms: number
  blockMs: number
  most: number
  rows: number
}

const SEARCHES: { name: string; find: Find; most: number }[] = [
  { name: 'word of every other row', find: { is: 'words', query: 'sources' }, most: 100 },
  { name: 'rare word', find: { is: 'words', query: '31415' }, most: 50 },
  { name: 'phrase without a word', find: { is: 'words', query: '"the tide" -sources' }, most: 100 },
  { name: 'rare text', find: { is: 'text', text: '31415: expl' }, most: 300 },
  { name: 'frequent text', find: { is: 'text', text: 'two sources' }, most: 300 },
  { name: 'regex with literals', find: { is: 'regex', pattern: 'of 3141\\d: ex' }, most: 1_500 },
  { name: 'regex of every row', find: { is: 'regex', pattern: 'moo[mn]\\s+belong' }, most: 1_500 },
]

/** Times searches over a study as large as the paper's. */
export async function benchSearch(): Promise<{ rows: number; timings: SearchTiming[] }> {
  const { db, studyId, rows } = fillPaperStudy()
  const timings: SearchTiming[] = []
  for (const { name, find, most } of SEARCHES) {
    forgetCaches(db)
    const { blockMs, result: page } = await watchBlocks(() =>
      listRows(db, studyId, {
        filter: { ...emptyFilter(), find },
        sort: { column: 'position', descending: false },
        columns: [],
        offset: 0,
        limit: 100,
      }),
    )
    timings.push({ name, ms: page.serverMs, blockMs, most, rows: page.total })
  }
  db.$client.close()
  return { rows, timings }
}
