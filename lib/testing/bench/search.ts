import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { migrateDatabase, openDatabase } from '@/db/client'
import { emptyFilter } from '@/lib/contracts/filter'
import type { Find } from '@/lib/contracts/find'
import { listRows } from '@/lib/services/rows'
import { forgetCaches } from '@/lib/services/columns/cache'
import { fillPaperStudy } from './paper-study'
import { watchBlocks } from './rows-page'

/** Server time of a first page of one search from empty caches, and how long others waited for their turn. */
interface SearchTiming {
  name: string
  /** The first of its kind in the process. */
  firstMs: number
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

const RUNS = 15

/** Times searches over a study as large as the paper's. */
export async function benchSearch(): Promise<{ rows: number; timings: SearchTiming[] }> {
  // A file, as a user's: it is read by two threads.
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-bench-'))
  const db = openDatabase(path.join(folder, 'evolens.sqlite'))
  migrateDatabase(db)
  const { studyId, rows } = fillPaperStudy(db)
  const search = (find?: Find) =>
    listRows(db, studyId, {
      filter: { ...emptyFilter(), ...(find && { find }) },
      sort: { column: 'position', descending: false },
      columns: [],
      offset: 0,
      limit: 100,
    })
  // The table stands before anything is typed.
  await search()
  const timings: SearchTiming[] = []
  for (const { name, find, most } of SEARCHES) {
    const runs = []
    for (let run = 0; run < RUNS; run += 1) {
      forgetCaches(db)
      runs.push(await watchBlocks(() => search(find)))
    }
    const times = runs.map(({ result }) => result.serverMs)
    timings.push({
      name,
      firstMs: times[0] ?? 0,
      ms: times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0,
      blockMs: Math.max(...runs.map(({ blockMs }) => blockMs)),
      most,
      rows: runs[0]?.result.total ?? 0,
    })
  }
  db.$client.close()
  await fs.rm(folder, { recursive: true, force: true })
  return { rows, timings }
}
