import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateDatabase, openDatabase, type Db } from '@/db/client'
import { readConfig } from '@/lib/config'
import type { RunRecord } from '@/lib/contracts/run'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { BackendPool } from '@/lib/worker/backend-pool'
import { claim } from '@/lib/queue/leases'
import { runJob } from '@/lib/worker/run-job'
import { addFake, storedColumns } from '@/lib/testing/job-study'
import { sampleSize } from '@/lib/testing/sample-size'
import { ensureBuiltInBackends } from '../backends'
import { startRuns } from '../runs/compute'
import { listRuns } from '../runs'
import { loadSample } from './load'
import { readManifest, readSampleMetrics, sampleFolder, type SampleMetric } from './manifest'
import { recordedCells, recordValues } from './record'
import { restoreValues } from './restore'
import { RECORD_COMMAND, readValues, validRuns, writeValues } from './values'

let folder: string
const open: Db[] = []
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-values-'))
  for (const file of ['sample.json', 'compute.json'])
    fs.copyFileSync(path.join(sampleFolder(), file), path.join(folder, file))
})
afterEach(() => {
  for (const db of open.splice(0)) db.$client.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

function database(name: string): Db {
  const db = openDatabase(path.join(folder, name))
  migrateDatabase(db)
  ensureBuiltInBackends(db, {})
  addFake(db)
  open.push(db)
  return db
}

/** A sample study whose metrics a fake backend computed where they are to be recorded. */
async function computed(db: Db): Promise<string> {
  const { studyId } = await loadSample(db, { values: false })
  for (const wanted of readSampleMetrics())
    start(db, studyId, wanted, recordedCells(db, studyId, wanted))
  await work(db)
  return studyId
}

function start(db: Db, studyId: string, { metric, params }: SampleMetric, cellIds: string[]): void {
  startRuns({ db, config: config() }, studyId, {
    metrics: [{ metric, params }],
    backends: { [metric]: 'fake' },
    rowSet: { kind: 'all' },
    cellIds,
  })
}

const config = () => readConfig({ EVOLENS_DATA_DIR: folder, LOG_LEVEL: 'silent' })

async function work(db: Db): Promise<void> {
  const pool = new BackendPool(db, config())
  const kinds = JOB_KINDS.map((kind) => kind.kind)
  for (let row = claim(db, 'test', kinds); row; row = claim(db, 'test', kinds)) {
    const kind = JOB_KINDS.find((entry) => entry.kind === row?.kind)
    if (!kind) throw new Error('no such kind')
    await runJob(
      { db, config: config(), pool, owner: 'test' },
      kind,
      row,
      new AbortController().signal,
    )
  }
  await pool.closeAll()
}

function everything(db: Db): unknown {
  const rows = (sql: string) => db.$client.prepare(sql).all()
  return {
    columns: storedColumns(db),
    // The ids of the heat strip are of no use without the request cache, so they are not recorded.
    details: rows(
      "select * from (select r.metric_id, d.cell_no, d.idx, json_remove(d.detail, '$.strip') as detail from row_details d join runs r on r.no = d.run_no) where detail <> '{}' order by 1, 2, 3",
    ),
    cells: rows(
      'select r.metric_id, c.cell_no, c.response_set_no, c.alignment_no, c.total, c.done, c.valued, c.finished_at from run_cells c join runs r on r.no = c.run_no order by 1, 2',
    ),
    runs: rows(
      'select metric_id, metric_version, definition, definition_hash, row_set, backend_id, pinned, created_at from runs order by metric_id',
    ),
  }
}

describe('recorded values of the sample', () => {
  it('come back bit by bit, with replies and cards that say where they are from', async () => {
    const made = database('made.db')
    const madeId = await computed(made)
    const values = recordValues(made, madeId, folder)
    expect(values.runs).toHaveLength(readSampleMetrics().length)
    const other = database('other.db')
    const { studyId } = await loadSample(other, { values: false })
    restoreValues(other, studyId, folder)
    expect(everything(other)).toEqual(everything(made))
    const before = new Map(listRuns(made, madeId).map((run) => [run.metric, run.record]))
    for (const run of listRuns(other, studyId)) {
      const { notes: _own, recorded, ...record } = run.record
      const { notes: _made, ...expected } = before.get(run.metric) ?? {}
      expect(record).toEqual(expected)
      const { rows, appVersion } = record as unknown as RunRecord
      const at = values.runs.find((one) => one.definition.metric === run.metric)?.at
      expect(recorded).toEqual({ command: RECORD_COMMAND, at, rows, appVersion })
    }
    for (const { file, sha256 } of values.runs) {
      const bytes = fs.readFileSync(path.join(folder, file))
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    }
  }, 60_000)

  it('are extended in the same run by what is computed here, and the card tells the two apart', async () => {
    const made = database('made.db')
    recordValues(made, await computed(made), folder)
    const other = database('other.db')
    const { studyId } = await loadSample(other, { values: false })
    restoreValues(other, studyId, folder)
    const wanted = readSampleMetrics().find(({ leaveRounds }) => leaveRounds.length > 0)
    if (!wanted) throw new Error('nothing is left to compute')
    const runOf = () => listRuns(other, studyId).find((run) => run.metric === wanted.metric)
    const before = runOf()
    const { rows } = sampleSize()
    const recorded = sampleSize(({ round }) => !wanted.leaveRounds.includes(round)).rows
    expect(before?.total).toBe(recorded)
    start(other, studyId, wanted, [])
    await work(other)
    expect(listRuns(other, studyId)).toHaveLength(readSampleMetrics().length)
    expect(runOf()).toMatchObject({ id: before?.id, total: rows, done: rows, pinned: true })
    expect(runOf()?.record).toMatchObject({ recorded: { rows: recorded }, rows })
  }, 60_000)

  it('are left out, run by run, where the definition is another one now', async () => {
    const made = database('made.db')
    const values = recordValues(made, await computed(made), folder)
    const [first, second, third, ...others] = values.runs
    if (!first || !second || !third) throw new Error('too few runs')
    first.definition.metricVersion += 1
    second.definition.params = { ...second.definition.params, extra: 1 }
    third.definition.prompts = [{ id: 'other', version: '1', hash: 'x' }]
    writeValues(values, folder)
    const other = database('other.db')
    const { studyId } = await loadSample(other, { values: false })
    restoreValues(other, studyId, folder)
    expect(
      listRuns(other, studyId)
        .map((run) => run.metric)
        .toSorted(),
    ).toEqual(others.map((run) => run.definition.metric).toSorted())
    expect(readValues(folder)?.runs).toHaveLength(values.runs.length)
    expect(validRuns(folder)).toEqual(others)

    // Recording again keeps what still holds to the letter, in the order of the sample's metrics.
    const again = database('again.db')
    const next = await loadSample(again, { values: false })
    const isKept = (metric: string) => others.some((run) => run.definition.metric === metric)
    for (const wanted of readSampleMetrics()) {
      if (isKept(wanted.metric)) continue
      start(again, next.studyId, wanted, recordedCells(again, next.studyId, wanted))
    }
    await work(again)
    const files = () => others.map(({ file }) => fs.readFileSync(path.join(folder, file), 'utf8'))
    const before = files()
    const recorded = recordValues(again, next.studyId, folder, validRuns(folder))
    expect(recorded.runs.map((run) => run.definition.metric)).toEqual(
      readSampleMetrics().map(({ metric }) => metric),
    )
    expect(recorded.runs.slice(-others.length)).toEqual(others)
    expect(files()).toEqual(before)
    expect(validRuns(folder)).toEqual(recorded.runs)

    const manifest = path.join(folder, 'sample.json')
    const change = (key: string, value: unknown) =>
      fs.writeFileSync(manifest, JSON.stringify({ ...readManifest(folder), [key]: value }))
    const kept = validRuns(folder).length
    change('notice', 'Other words')
    expect(validRuns(folder)).toHaveLength(kept)
    // Values of other rows are worth nothing; those of a file that came later are missing only.
    const data = readManifest(folder).files
    const more = data.map((file) => ({ ...file, file: `more-${file.file}`, sha256: 'x' }))
    change('files', [...data, ...more])
    expect(validRuns(folder)).toHaveLength(kept)
    change(
      'files',
      data.map((file) => ({ ...file, sha256: 'x' })),
    )
    expect(validRuns(folder)).toEqual([])
  }, 60_000)
})
