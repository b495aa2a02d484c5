import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setContext } from '@/lib/http/context'
import type { RouteHandler } from '@/lib/http/route'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import * as upload from '../uploads/route'
import * as studies from './route'
import * as study from './[studyId]/route'
import * as restore from './[studyId]/restore/route'
import * as rows from './[studyId]/rows/route'
import * as row from './[studyId]/rows/[cellId]/[idx]/route'
import * as annotations from './[studyId]/annotations/route'
import * as undo from './[studyId]/annotations/[no]/route'
import * as views from './[studyId]/views/route'
import * as view from './[studyId]/views/[viewId]/route'
import * as preview from './[studyId]/imports/preview/route'
import * as imports from './[studyId]/imports/route'
import * as cell from './[studyId]/cells/[cellId]/route'
import * as restoreCell from './[studyId]/cells/[cellId]/restore/route'
import * as histogram from './[studyId]/histogram/route'

let test: TestStudy

beforeEach(async () => {
  test = await testStudy()
  setContext(test)
})
afterEach(async () => {
  setContext(null)
  await test.close()
})

async function call(
  handler: RouteHandler,
  method: string,
  options: {
    params?: Record<string, string>
    query?: Record<string, string>
    body?: BodyInit | object
  } = {},
) {
  const url = new URL('http://localhost:3000/api')
  for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value)
  const { body } = options
  const isJson = body !== undefined && typeof body !== 'string'
  const request = new Request(url, {
    method,
    headers: { host: 'localhost:3000', ...(isJson ? { 'content-type': 'application/json' } : {}) },
    ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : body }),
  })
  const response = await handler(request, { params: Promise.resolve(options.params ?? {}) })
  const text = await response.text()
  return { status: response.status, json: text === '' ? null : JSON.parse(text) }
}

describe('study routes', () => {
  it('create, describe, rename, delete and restore', async () => {
    const created = await call(studies.POST, 'POST', { body: { name: ' My study ' } })
    expect(created.json).toMatchObject({ name: 'My study', rowCount: 0 })
    const params = { studyId: created.json.id }
    await call(study.PATCH, 'PATCH', { params, body: { name: 'Renamed' } })
    expect((await call(study.GET, 'GET', { params })).json).toMatchObject({
      study: { name: 'Renamed' },
      cells: [],
      seedSets: [],
      arms: [],
      runs: [],
    })
    expect((await call(study.DELETE, 'DELETE', { params })).status).toBe(204)
    expect((await call(study.GET, 'GET', { params })).status).toBe(404)
    expect((await call(studies.GET, 'GET')).json).toHaveLength(1)
    expect((await call(studies.GET, 'GET', { query: { deleted: 'true' } })).json).toMatchObject([
      { name: 'Renamed' },
    ])
    await call(restore.POST, 'POST', { params })
    expect((await call(study.GET, 'GET', { params })).status).toBe(200)
    expect((await call(studies.POST, 'POST', { body: { name: '' } })).status).toBe(400)
  })

  it('upload, preview and queue an import', async () => {
    const params = { studyId: test.studyId }
    const text = JSON.stringify(alpacaRows(3, 's'))
    const sent = await call(upload.POST, 'POST', { query: { name: 'alpaca.json' }, body: text })
    expect(sent.json).toMatchObject({ fileName: 'alpaca.json', sizeBytes: text.length })
    const body = { uploadIds: [sent.json.uploadId] }
    const previews = await call(preview.POST, 'POST', { params, body })
    expect(previews.json.previews[0].plan).toMatchObject({ format: 'alpaca', armKey: null })
    const plans = [previews.json.previews[0].plan]
    const queued = await call(imports.POST, 'POST', { params, body: { plans } })
    expect(queued.json.jobs).toMatchObject([{ kind: 'import', state: 'queued' }])
  })

  it('show rows, one row, histograms, marks and views', async () => {
    await importRows(test, 'alpaca.json', alpacaRows(3, 's'))
    const params = { studyId: test.studyId }
    const state = JSON.stringify({ filter: { text: 's 1' } })
    const page = await call(rows.GET, 'GET', { params, query: { state, limit: '10' } })
    expect(page.json).toMatchObject({ total: 1, outOf: 3, rows: [{ instruction: 's 1' }] })
    const { cellId, idx } = page.json.rows[0]
    const detail = await call(row.GET, 'GET', { params: { ...params, cellId, idx: String(idx) } })
    expect(detail.json).toMatchObject({ row: { idx: 1, response: 'answer 1 to s' }, parent: null })
    const marked = await call(annotations.POST, 'POST', {
      params,
      body: { cellId, idx, kind: 'star', value: null },
    })
    expect(marked.json).toMatchObject({ no: expect.any(Number) })
    expect(
      (await call(undo.DELETE, 'DELETE', { params: { ...params, no: String(marked.json.no) } }))
        .status,
    ).toBe(204)
    expect((await call(annotations.GET, 'GET', { params })).json.entries).toMatchObject([
      { kind: 'star', undoneAt: expect.any(Number) },
    ])
    const saved = await call(views.POST, 'POST', {
      params,
      body: { name: 'Mine', state: { page: 'rows', params: { sort: '-position' } } },
    })
    expect((await call(views.GET, 'GET', { params })).json).toMatchObject([
      { id: saved.json.id, name: 'Mine' },
    ])
    expect(
      (await call(view.DELETE, 'DELETE', { params: { ...params, viewId: saved.json.id } })).status,
    ).toBe(204)
    expect((await call(rows.GET, 'GET', { params, query: { state: '{' } })).status).toBe(400)
    const unknown = await call(histogram.GET, 'GET', { params, query: { column: 'no.such' } })
    expect(unknown.json.error.code).toBe('not_found')
    const removed = await call(cell.DELETE, 'DELETE', { params: { ...params, cellId } })
    expect(removed.status).toBe(204)
    expect((await call(rows.GET, 'GET', { params })).json.total).toBe(0)
    await call(restoreCell.POST, 'POST', { params: { ...params, cellId } })
    expect((await call(rows.GET, 'GET', { params })).json.total).toBe(3)
  })
})
