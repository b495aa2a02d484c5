import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import { call } from '@/components/hooks/api'
import {
  backendHistoryEndpoint,
  deleteBackendEndpoint,
  listBackendsEndpoint,
} from '@/lib/api/backends'
import { deleteCellEndpoint } from '@/lib/api/cells'
import { actOnJobEndpoint, getJobEndpoint, listJobsEndpoint } from '@/lib/api/jobs'
import { listPromptsEndpoint } from '@/lib/api/prompts'
import { listRowsEndpoint, rowDetailEndpoint } from '@/lib/api/rows'
import { deleteRunEndpoint, runCardEndpoint } from '@/lib/api/runs'
import { studyEndpoint } from '@/lib/api/studies'
import { listViewsEndpoint, saveViewEndpoint } from '@/lib/api/views'
import { emptyProgress } from '@/lib/contracts/job'
import { claim } from '@/lib/queue/leases'
import { enqueue } from '@/lib/queue/queue'
import type { TestStudy } from '@/lib/testing/job-study'
import { wireEach } from '@/lib/testing/route-fetch'
import * as schema from './schema'

let study: TestStudy
wireEach(2, (one) => (study = one))

function store(table: string, field: string, text: string, id?: string): void {
  const which = id === undefined ? '' : ' where id = ?'
  const values = id === undefined ? [text] : [text, id]
  study.db.$client.prepare(`update "${table}" set "${field}" = ?${which}`).run(...values)
}

const job = () => enqueue(study.db, { kind: 'purge', payload: {}, names: {} })

const told = (table: string, id: string, field: string) => ({
  code: 'data_error',
  details: { table, id, field },
})

const named = (table: string, id: string, field: string) =>
  expect.stringContaining(`table ${table}, id ${id}, field ${field} (`)

/** Adds a run of the length metric over the study, finished or not, as the worker would find it. */
function addRun(): string {
  const definition = { metric: 'mnd', metricVersion: 1, params: {}, model: null, prompts: [] }
  const record = {
    backendLabel: null,
    startedAt: null,
    finishedAt: null,
    rows: 0,
    valued: 0,
    reasons: {},
    appVersion: '1',
  }
  study.db.$client
    .prepare(
      `insert into runs (id, study_id, metric_id, metric_version, definition, definition_hash, row_set, record, pinned, created_at)
       values ('run', ?, 'mnd', 1, ?, 'h', '{"kind": "all"}', ?, 1, 1)`,
    )
    .run(study.studyId, JSON.stringify(definition), JSON.stringify(record))
  return 'run'
}

const atStudy = () => ({ params: { studyId: study.studyId } })

describe('a stored JSON value', () => {
  it('is parsed when it is read, in every table', () => {
    const columns = Object.values(schema)
      .filter((table) => is(table, SQLiteTable))
      .flatMap((table) => getTableConfig(table).columns)
    expect(columns.filter(({ dataType }) => dataType === 'json')).toEqual([])
    expect(columns.filter(({ dataType }) => dataType === 'custom').length).toBeGreaterThan(15)
  })

  it.each([
    ['progress', 'not json'],
    ['progress', '{}'],
    ['progress', JSON.stringify({ ...emptyProgress(), done: 'many' })],
    ['payload', '[]'],
    ['budget', '{"tokens": -1}'],
    ['hold', '{"reason": "mood"}'],
    ['result', '3'],
  ])(
    'of a job that cannot be read is named, and hides no other job: %s %s',
    async (field, text) => {
      const other = job()
      const { id } = job()
      store('jobs', field, text, id)
      await expect(call(getJobEndpoint, { params: { jobId: id } })).rejects.toMatchObject(
        told('jobs', id, field),
      )
      const listed = await call(listJobsEndpoint, { query: {} })
      expect(listed.map((one) => one.id)).toEqual([id, other.id])
      expect(listed[0]).toMatchObject({ error: named('jobs', id, field), errorCode: 'data_error' })
      expect(claim(study.db, 'worker', ['purge'])?.id).toBe(other.id)
      const [failed] = await call(listJobsEndpoint, { query: { state: 'failed' } })
      expect(failed).toMatchObject({ id, error: named('jobs', id, field) })
    },
  )

  it('of a job that cannot be read does not keep it from being cancelled', async () => {
    const { id } = job()
    store('jobs', 'budget', '{"tokens": -1}', id)
    const params = { jobId: id, action: 'cancel' as const }
    const cancelled = await call(actOnJobEndpoint, { params, body: {} })
    expect(cancelled).toMatchObject({ state: 'cancelled', error: named('jobs', id, 'budget') })
    expect(await call(listJobsEndpoint, { query: {} })).toEqual([cancelled])
  })

  it.each([
    ['config', '"text"'],
    ['config', '{'],
    ['probe', '{"steps": 1}'],
  ])('of a backend does so too, which can be deleted: %s %s', async (field, text) => {
    study.db.$client
      .prepare(
        "insert into backends (id, kind, label, config, created_at) values ('b', 'vllm', 'B', '{}', 9)",
      )
      .run()
    store('backends', field, text, 'b')
    const listed = await call(listBackendsEndpoint, {})
    expect(listed.length).toBeGreaterThan(1)
    expect(listed.filter(({ probeError }) => probeError !== null)).toHaveLength(1)
    expect(listed.find(({ id }) => id === 'b')?.probeError).toEqual(named('backends', 'b', field))
    await call(deleteBackendEndpoint, { params: { backendId: 'b' } })
    expect(await call(listBackendsEndpoint, {})).toHaveLength(listed.length - 1)
  })

  it.each([
    ['identity', '[]'],
    ['vector', '{"of": "mood"}'],
  ])('of a model found behind a backend is named: %s %s', async (field, text) => {
    study.db.$client
      .prepare(
        `insert into backend_identities (no, backend_id, identity, first_seen_at, last_seen_at) values (7, 'fake', '{}', 1, 1)`,
      )
      .run()
    store('backend_identities', field, text)
    await expect(
      call(backendHistoryEndpoint, { params: { backendId: 'fake' } }),
    ).rejects.toMatchObject(told('backend_identities', '7', field))
  })

  it('of a rubric is said in the note of its version, with which nobody can be asked', async () => {
    study.db.$client
      .prepare(
        `insert into prompt_versions (id, prompt_id, version, name, template, scale, hash, note, created_at)
         values ('v', 'rubric-x', 1, 'X', '{instruction}', '{"kind": "stars"}', 'h', '', 1)`,
      )
      .run()
    const prompts = await call(listPromptsEndpoint, {})
    expect(prompts.length).toBeGreaterThan(5)
    expect(prompts.find(({ id }) => id === 'rubric-x')?.versions[0]).toMatchObject({
      note: named('prompt_versions', 'v', 'scale'),
      params: null,
    })
  })

  it('of a saved view leaves the others and can be removed', async () => {
    const state = { page: 'rows' as const, params: { sort: '-mnd.mnd' } }
    for (const name of ['A', 'B'])
      await call(saveViewEndpoint, { ...atStudy(), body: { name, state } })
    const [first] = await call(listViewsEndpoint, atStudy())
    store('views', 'state', '{"filter": 1}', first?.id)
    expect(
      (await call(listViewsEndpoint, atStudy())).map((view) => [view.name, view.state]),
    ).toEqual([
      ['B', state],
      ['A', null],
    ])
  })

  it.each([
    ['source', '{"kind": "letter"}'],
    ['source', 'no json'],
    ['report', '{"rows": "many"}'],
  ])('of a file is named on the page of its study: %s %s', async (field, text) => {
    const [before] = (await call(studyEndpoint, atStudy())).cells
    const id = before?.id ?? ''
    store('cells', field, text, id)
    const detail = await call(studyEndpoint, atStudy())
    expect(detail.unreadable).toEqual([named('cells', id, field)])
    expect(detail.cells.map((cell) => cell.id)).toContain(id)
    await call(deleteCellEndpoint, { params: { studyId: study.studyId, cellId: id } })
    expect((await call(studyEndpoint, atStudy())).unreadable).toEqual([])
  })

  it('of a file decides which rows there are, so rows are refused with its name', async () => {
    const [cell] = (await call(studyEndpoint, atStudy())).cells
    store('cells', 'report', 'no json', cell?.id)
    const detail = await call(studyEndpoint, atStudy())
    expect(detail.unreadable).toEqual([named('cells', cell?.id ?? '', 'report')])
    const state = { filter: {}, sort: {}, columns: [] }
    const query = { state, offset: 0, limit: 10 }
    await expect(call(listRowsEndpoint, { ...atStudy(), query })).rejects.toMatchObject(
      told('cells', cell?.id ?? '', 'report'),
    )
  })

  it.each(['history', 'extra', 'messages'])('of a row is named: %s', async (field) => {
    const [cell] = (await call(studyEndpoint, atStudy())).cells
    const cellId = cell?.id ?? ''
    store('rows', field, 'no json')
    const params = { studyId: study.studyId, cellId, idx: 0 }
    await expect(call(rowDetailEndpoint, { params, query: { state: {} } })).rejects.toMatchObject(
      told('rows', `${cellId}:0`, field),
    )
  })

  it.each([
    ['definition', '{"metric": 3}'],
    ['record', '[]'],
    ['row_set', '{"kind": "some"}'],
    ['definition', 'no json'],
  ])('of a run is named on the page of its study and on its card: %s %s', async (field, text) => {
    const runId = addRun()
    expect((await call(studyEndpoint, atStudy())).runs).toHaveLength(1)
    store('runs', field, text)
    const { runs, unreadable } = await call(studyEndpoint, atStudy())
    expect(runs).toEqual([])
    expect(unreadable).toEqual([named('runs', runId, field)])
    await expect(call(runCardEndpoint, { params: { runId } })).rejects.toMatchObject(
      told('runs', runId, field),
    )
    await call(deleteRunEndpoint, { params: { runId } })
    expect((await call(studyEndpoint, atStudy())).unreadable).toEqual([])
  })

  it('of a run from before a count existed is read with that count zero', async () => {
    addRun()
    const [run] = (await call(studyEndpoint, atStudy())).runs
    expect(run?.record).toMatchObject({ requests: 0, embeddedTokens: 0, activeMs: 0, notes: {} })
  })

  it('of a job from before a part of its progress existed is read with that part empty', async () => {
    const { id } = job()
    const { crashes: _crashes, activeMs: _activeMs, meter, ...before } = emptyProgress()
    store('jobs', 'progress', JSON.stringify({ ...before, done: 7, meter: { requests: 3 } }))
    const { job: read } = await call(getJobEndpoint, { params: { jobId: id } })
    const progress = { ...emptyProgress(), done: 7, meter: { ...meter, requests: 3 } }
    expect(read.progress).toEqual(progress)
  })
})
