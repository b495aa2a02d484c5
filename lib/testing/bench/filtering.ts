import { deflateSync } from 'node:zlib'
import type { Condition } from '@/lib/contracts/condition'
import type { ColumnInfo } from '@/lib/contracts/study'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { listColumns } from '@/lib/services/columns'
import { filterFacets } from '@/lib/services/rows'
import { describeSelection } from '@/lib/services/rows/describe'
import { fillPaperStudy } from './paper-study'

/** Rows of the first page. */
export const PAGE_ROWS = 100
const HISTOGRAMS = 6
const DESCRIBED = 20

/** One session of filtering as a log of requests: each change asks for all facets, six histograms and the first page. */
export interface FilteringBench {
  rows: number
  requests: number
  /** The first request, which reads the columns and finds the edges of the histograms. */
  firstMs: number
  /** Of all others: 95th percentile, slowest, and bytes of the largest reply as JSON and deflated. */
  p95Ms: number
  slowestMs: number
  bytes: number
  deflatedBytes: number
  /** Describing a selection by twenty columns: the first time, and under another filter. */
  describeFirstMs: number
  describeMs: number
}

/** Changes as a person makes them one after the other: each from the filter before. */
export function session(columns: readonly string[]): RowFilter[] {
  const [a = '', b = ''] = columns
  const range = (column: string, min: number) => ({ column, min, max: null, missing: false })
  const where: Condition = {
    any: [{ is: 'range', ...range(a, 0.4) }, { not: { is: 'range', ...range(b, 0.6) } }],
  }
  const changes: Partial<RowFilter>[] = [
    { rounds: [1, 2] },
    ...Array.from({ length: 10 }, (_, k) => ({ ranges: [range(a, 0.1 + k / 100)] })),
    { arms: ['small'] },
    { arms: ['small', 'large'] },
    ...Array.from({ length: 10 }, (_, k) => ({
      ranges: [range(a, 0.2), range(b, 0.1 + k / 100)],
    })),
    { where },
    { where: { all: [where, { is: 'origin', seedSets: [], arms: ['small'], rounds: [] }] } },
    { hideDropped: true },
    { sample: { rows: 5_000, seed: 7 } },
    { sample: { share: 0.1, seed: 7 } },
    { rounds: [] },
    { ranges: [] },
  ]
  let filter = emptyFilter()
  return changes.map((change) => (filter = { ...filter, ...change }))
}

/** Returns columns with numbers of a run, and those of them that are counted with each change. */
export function benchedColumns(all: readonly ColumnInfo[]): { ids: string[]; counted: string[] } {
  const ids = all
    .filter(
      ({ hidden, shape, runId }) => !hidden && runId !== null && /^(scalar|enum)$/.test(shape),
    )
    .map(({ id }) => id)
  return { ids, counted: ids.slice(0, HISTOGRAMS) }
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; found: T }> {
  const started = performance.now()
  const found = await work()
  return { ms: performance.now() - started, found }
}

/** Filters a study of the paper's size as a person does, and describes two selections. */
export async function benchFiltering(): Promise<FilteringBench> {
  const { db, studyId, rows } = fillPaperStudy()
  const { ids, counted } = benchedColumns(listColumns(db, studyId))
  const sort = { column: 'position', descending: false }
  const ask = (filter: RowFilter) =>
    timed(() =>
      filterFacets(db, studyId, { filter, sort, columns: counted, counted, limit: PAGE_ROWS }),
    )
  const first = await ask(emptyFilter())
  const replies = []
  for (const filter of session(counted)) replies.push(await ask(filter))
  const times = replies.map(({ ms }) => ms).sort((x, y) => x - y)
  const largest = replies
    .map(({ found }) => JSON.stringify(found))
    .reduce((longest, text) => (text.length > longest.length ? text : longest), '')
  const describe = (min: number) =>
    timed(() =>
      describeSelection(db, studyId, {
        filter: {
          ...emptyFilter(),
          ranges: [{ column: ids[0] ?? '', min, max: null, missing: false }],
        },
        columns: ids.slice(0, DESCRIBED),
      }),
    )
  const [before, after] = [await describe(0.5), await describe(0.55)]
  db.$client.close()
  return {
    rows,
    requests: replies.length,
    firstMs: first.ms,
    p95Ms: times[Math.ceil(0.95 * times.length) - 1] ?? 0,
    slowestMs: times.at(-1) ?? 0,
    bytes: Buffer.byteLength(largest),
    deflatedBytes: deflateSync(largest).length,
    describeFirstMs: before.ms,
    describeMs: after.ms,
  }
}
