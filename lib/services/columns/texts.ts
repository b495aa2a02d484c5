import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
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
  /** Changes whenever the texts that it reads may. */
  stamp: string
  /** Returns the whole column, measured now where it is not kept. */
  read(): Column
  /** Measures what `read` would have to, giving way to other requests. */
  warm(): Promise<void>
  /** Returns the value of one row without measuring the others. */
  at(idx: number): MetricValue
}

/** Returns what changes whenever the current responses of a cell do. */
export function responseStamp(db: Db, cellNo: number): string {
  const set = currentResponseSet(db, cellNo)
  return set ? `${set.no}:${set.version}` : ''
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
    hotRead(db, {
      why: 'measures every row of a file',
      sql: `select r.idx, ${metric.reads.map((name) => COLUMNS[name]).join(', ')} from rows r
        ${readsResponse ? 'left join responses s on s.set_no = ? and s.idx = r.idx' : ''}
        where r.cell_no = ? and ${which}`,
      row: z.tuple([z.number()]).rest(z.string().nullable()),
    })
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
    for (const [idx, ...stored] of rows) {
      if (idx >= column.n) break
      const value = measure(stored)
      column.status[idx] = value === null ? NO_RESPONSE : OK
      if (value !== null) column.values[idx] = value
      if (performance.now() > end) return idx + 1
    }
    return column.n
  }

  return {
    stamp,
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
      const [found, ...stored] = one.get(...places, idx) ?? [null]
      const value = found === null ? null : measure(stored)
      const code = value === null ? (found === null ? statusCode('not_run') : NO_RESPONSE) : OK
      return { value, status: statusOf(code).name }
    },
  }
}
