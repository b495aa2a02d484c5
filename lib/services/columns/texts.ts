import type { Db } from '@/db/client'
import { columnBytes, emptyColumn, type Column } from '@/lib/columns/column'
import type { MetricValue } from '@/lib/contracts/rows'
import { statusCode, statusOf } from '@/lib/contracts/status'
import type { RowText } from '@/lib/metrics/types'
import { currentResponseSet } from '../cells'
import { cachesOf } from './cache'
import type { TextSource } from './describe'

// Short enough that nobody notices, long enough that giving way costs little.
const SLICE_MS = 8

// No response set has this number.
const NO_SET = -1

const OK = statusCode('ok')
const NO_RESPONSE = statusCode('no_response')

const COLUMNS: Record<RowText, string> = {
  instruction: 'r.instruction',
  input: 'r.input',
  response: 's.text',
}

/** A metric of the texts of one cell. */
export interface TextReading {
  /** Returns the whole column, measured now where it is not kept. */
  read(): Column
  /** Measures what `read` would have to, giving way to other requests. */
  warm(): Promise<void>
  /** Returns the value of one row without measuring the others. */
  at(idx: number): MetricValue
}

/** A set that is still being written grows; counting its keys takes a millisecond per 100,000. */
function countResponses(db: Db, setNo: number): number {
  const row = db.$client.prepare('select count(*) as n from responses where set_no = ?').get(setNo)
  return (row as { n: number }).n
}

/** Returns what changes whenever the current responses of a cell do. */
export function responseStamp(db: Db, cellNo: number): string {
  const set = currentResponseSet(db, cellNo)
  return set ? `${set.no}:${set.kind === 'generated' ? countResponses(db, set.no) : ''}` : ''
}

/** Returns what reads a metric of the texts in a cell. */
export function openTexts(
  db: Db,
  cell: { no: number; rowCount: number },
  { metric, variant }: TextSource,
): TextReading {
  const readsResponse = metric.reads.includes('response')
  const places = readsResponse
    ? [currentResponseSet(db, cell.no)?.no ?? NO_SET, cell.no]
    : [cell.no]
  const stamp = readsResponse ? responseStamp(db, cell.no) : ''
  const key = `text/${metric.id}.${variant.key}/${cell.no}`
  const cache = cachesOf(db).columns
  const select = (which: string) =>
    db.$client
      .prepare(
        `select r.idx, ${metric.reads.map((name) => COLUMNS[name]).join(', ')} from rows r
         ${readsResponse ? 'left join responses s on s.set_no = ? and s.idx = r.idx' : ''}
         where r.cell_no = ? and ${which}`,
      )
      .raw()
  const one = select('r.idx = ?')

  /** The value of a row's texts, null without a response. */
  function measure(stored: readonly (string | null)[]): number | null {
    const texts = { instruction: '', input: '', response: '' }
    metric.reads.forEach((name, k) => {
      texts[name] = stored[k] ?? ''
    })
    return readsResponse && texts.response === '' ? null : variant.measure(texts)
  }

  /** Fills rows from `from` on until the time is up; returns the first row that is left. */
  function fill(column: Column, from: number, end: number): number {
    const rows = select('r.idx >= ? order by r.idx').iterate(...places, from)
    for (const [idx, ...stored] of rows as Iterable<[number, ...(string | null)[]]>) {
      if (idx >= column.n) break
      const value = measure(stored)
      column.status[idx] = value === null ? NO_RESPONSE : OK
      if (value !== null) column.values[idx] = value
      if (performance.now() > end) return idx + 1
    }
    return column.n
  }

  return {
    read() {
      return cache.get(key, stamp, columnBytes, () => {
        const made = emptyColumn(cell.rowCount)
        fill(made, 0, Infinity)
        return made
      })
    },
    async warm() {
      if (cache.peek(key, stamp)) return
      const column = emptyColumn(cell.rowCount)
      for (let at = 0; at < column.n;) {
        at = fill(column, at, performance.now() + SLICE_MS)
        await new Promise((resolve) => setImmediate(resolve))
      }
      cache.put(key, stamp, column, columnBytes(column))
    },
    at(idx) {
      const found = one.get(...places, idx) as [number, ...(string | null)[]] | undefined
      const value = found ? measure(found.slice(1) as (string | null)[]) : null
      const code = value === null ? (found ? NO_RESPONSE : statusCode('not_run')) : OK
      return { value, status: statusOf(code).name }
    },
  }
}
