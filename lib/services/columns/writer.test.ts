import { afterEach, beforeEach, expect, it } from 'vitest'
import { CHUNK_ROWS } from '@/lib/columns/chunks'
import { valueAt, type Column } from '@/lib/columns/column'
import { columnOf, storeRun } from '@/lib/testing/columns'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { forgetCaches } from './cache'
import { readOutput, studyRuns } from './runs'

const CHILD = 2
const ROWS = CHUNK_ROWS * 2 + 10

let study: TestStudy
beforeEach(() => {
  study = testStudy(1)
})
afterEach(() => study.close())

/** Reads the column as if the process had just begun. */
function read(key: string, width: number, dtype: 'f64' | 'f32'): Column {
  const { db, studyId } = study
  forgetCaches(db)
  const cell = { no: CHILD, rowCount: ROWS }
  return readOutput(db, studyRuns(db, studyId), cell, { key, width, dtype }).column
}

function change(sql: string, chunk: number): void {
  study.db.$client.prepare(`${sql} where output <> '_row' and chunk = ?`).run(chunk)
}

it('writes columns in chunks that read back as they were; a chunk that is not there is not run', () => {
  const scores = columnOf(Float64Array.from({ length: ROWS }, (_, row) => row / 3))
  const status = scores.status.slice()
  const losses = { values: new Float32Array(ROWS * 2), status, width: 2, n: ROWS }
  losses.values.forEach((_, i) => {
    losses.values[i] = i / 7
  })
  storeRun(study.db, study.studyId, {
    metric: 'difficulty_score',
    cells: [{ cellNo: CHILD, outputs: { score: scores, losses } }],
  })
  expect(read('score', 1, 'f64')).toEqual(scores)
  expect(read('losses', 2, 'f32')).toEqual(losses)

  change('delete from column_chunks', 1)
  const gap = read('score', 1, 'f64')
  expect(valueAt(gap, CHUNK_ROWS).status).toBe('not_run')
  expect(valueAt(gap, ROWS - 1).value).toBe((ROWS - 1) / 3)

  change("update column_chunks set status = x'000000'", 0)
  expect(() => read('score', 1, 'f64')).toThrow(/Chunk 0 .* damaged/)
})
