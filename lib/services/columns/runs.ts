import { z } from 'zod'
import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { runs } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import type { Column } from '@/lib/columns/column'
import { columnBytes, emptyColumn, fillFrom } from '@/lib/columns/column'
import { assembleColumn } from '@/lib/columns/chunks'
import { currentResponseSet } from '../cells'
import { cachesOf } from './cache'
import { called } from './names'

/** A run as columns need it. */
export interface RunKey {
  no: number
  id: string
  /** Metric, or the instance of a metric, whose columns the run fills. */
  metricId: string
  definitionHash: string
  pinned: boolean
  /** Parameters of the definition. */
  params: Record<string, unknown>
}

/** Returns the study's runs: pinned ones first, then newest first. What cannot be read has no values. */
export function studyRuns(db: Db, studyId: string): RunKey[] {
  const query = db
    .select({
      no: runs.no,
      id: runs.id,
      metricId: runs.metricId,
      definitionHash: runs.definitionHash,
      pinned: runs.pinned,
      definition: runs.definition,
    })
    .from(runs)
    .where(and(eq(runs.studyId, studyId), isNull(runs.deletedAt)))
    .orderBy(desc(runs.pinned), desc(runs.no))
  const { rows } = readableRows(() => query.all())
  return rows.map(({ definition, ...run }) => ({ ...run, params: definition.params }))
}

/** A column with the stamp that changes whenever its stored values do; read when it is asked for. */
export interface StampedColumn {
  readonly column: Column
  readonly stamp: string
}

/** Returns a column that is read once it is asked for, its values called `name`. */
export function readLater(stamp: string, name: string, read: () => Column): StampedColumn {
  let column: Column | null = null
  return {
    stamp,
    get column() {
      return (column ??= called(read(), name))
    },
  }
}

const runCellSchema = z.object({
  version: z.number(),
  responses: z.number().nullable(),
  alignment: z.number().nullable(),
})

const storedChunkSchema = z.object({
  chunk: z.number(),
  dtype: z.enum(['f64', 'f32']),
  width: z.number(),
  rowCount: z.number(),
  values: z.instanceof(Uint8Array),
  status: z.instanceof(Uint8Array),
})

/** Returns the stored version of a run in a cell, and which response set and alignment it used; null when it has no row there. */
function runCell(db: Db, runNo: number, cellNo: number) {
  return hotRead(db, {
    why: 'once a column and file of every table and figure',
    sql: 'select version, response_set_no as responses, alignment_no as alignment from run_cells where run_no = ? and cell_no = ?',
    row: runCellSchema,
  }).get(runNo, cellNo)
}

function loadOutput(
  db: Db,
  runNo: number,
  cellNo: number,
  output: string,
  n: number,
): Column | null {
  const chunks = hotRead(db, {
    why: 'reads the values of every row of a file',
    sql: 'select chunk, dtype, width, row_count as rowCount, "values", status from column_chunks where run_no = ? and cell_no = ? and output = ? order by chunk',
    row: storedChunkSchema,
  }).all(runNo, cellNo, output)
  return chunks.length === 0 ? null : assembleColumn(chunks, n)
}

type RunState = NonNullable<ReturnType<typeof runCell>>

/** The state that a column shows: the first, or the first of those that scored the current responses where several sets were scored. */
function shownState(
  db: Db,
  cellNo: number,
  states: readonly { state: RunState }[],
): RunState | undefined {
  const first = states[0]?.state
  if (states.every(({ state }) => state.responses === first?.responses)) return first
  const current = currentResponseSet(db, cellNo)?.no
  return states.find(({ state }) => state.responses === current)?.state ?? first
}

/**
 * Returns one output of a run in a cell. Rows that the first run did not reach are filled from the others, which must
 * have the same definition; they count only where they scored the same responses under the same alignment. Where they scored
 * several sets of responses, the values of the current set are shown, if there are any.
 */
export function readOutput(
  db: Db,
  runList: readonly RunKey[],
  cell: { no: number; rowCount: number },
  output: { key: string; width: number; dtype: 'f64' | 'f32' },
): StampedColumn {
  const cache = cachesOf(db).columns
  const states = runList.flatMap((run) => {
    const state = runCell(db, run.no, cell.no)
    return state ? [{ run, state }] : []
  })
  const first = shownState(db, cell.no, states)
  const parts = states
    .filter(
      ({ state }) => state.responses === first?.responses && state.alignment === first.alignment,
    )
    .map(({ run, state }) => ({ run, stamp: `${run.no}:${state.version}` }))
  const all = parts.map(({ stamp }) => stamp).join(',')
  const bytes = (column: Column | null) => (column ? columnBytes(column) : 0)
  return readLater(all, `${output.key}/${cell.no}/${all}`, () => {
    let result: Column | null = null
    for (const { run, stamp } of parts) {
      const key = `run/${run.no}/${cell.no}/${output.key}`
      const column = cache.get(key, stamp, bytes, () =>
        loadOutput(db, run.no, cell.no, output.key, cell.rowCount),
      )
      if (column) result = result ? fillFrom(result, column) : column
    }
    return result ?? emptyColumn(cell.rowCount, output.width, output.dtype)
  })
}
