import { afterAll, beforeAll, expect, it } from 'vitest'
import { call, endpointUrl } from '@/components/hooks/api'
import { agreementEndpoint } from '@/lib/api/agreement'
import { alignCellsEndpoint, alignmentEndpoint } from '@/lib/api/cells'
import { compareEndpoint, comparePairEndpoint, compareTableEndpoint } from '@/lib/api/compare'
import {
  checkExportEndpoint,
  downloadExportEndpoint,
  exportRecipeEndpoint,
  listExportsEndpoint,
} from '@/lib/api/export'
import { drawnValuesEndpoint, figureEndpoint, listFiguresEndpoint } from '@/lib/api/figures'
import {
  checkRegexEndpoint,
  columnsEndpoint,
  conditionCountsEndpoint,
  describeEndpoint,
  facetsEndpoint,
  histogramEndpoint,
  listRowsEndpoint,
  nearbyRowsEndpoint,
  operatorsEndpoint,
  rowDetailEndpoint,
} from '@/lib/api/rows'
import {
  annotateEndpoint,
  decisionsCsvEndpoint,
  listDecisionsEndpoint,
  redoAnnotationEndpoint,
  undoAnnotationEndpoint,
} from '@/lib/api/decisions'
import { listStudiesEndpoint, studyEndpoint } from '@/lib/api/studies'
import { healthEndpoint, systemEndpoint } from '@/lib/api/system'
import { compareStateSchema } from '@/lib/contracts/compare'
import { exportRequestSchema } from '@/lib/contracts/export'
import { unchosenColumn } from '@/lib/contracts/figure'
import { emptyFilter } from '@/lib/contracts/filter'
import { readConfig } from '@/lib/config'
import { currentCells } from '@/lib/services/cells'
import { validRuns } from '@/lib/services/sample/values'
import { loadSample } from '@/lib/services/sample/load'
import { addTestRun, type TestValue } from '@/lib/testing/compare'
import { testDatabase } from '@/lib/testing/database'
import { closeWire, openWire, routeFetch } from '@/lib/testing/route-fetch'
import { sampleSize } from '@/lib/testing/sample-size'

// Both ends of the wire over the built-in study: replies are parsed by the route and again by the caller.
let params: { studyId: string }

beforeAll(async () => {
  const db = testDatabase()
  params = { studyId: (await loadSample(db)).studyId }
  const cells = currentCells(db, params.studyId)
  // Ratings of two judges, and a number; one row of each has a reason instead.
  const values = (from: number): Record<string, TestValue[]> => {
    const ofRow = (idx: number) => (idx === 3 ? 'refused' : ((idx + from) % 5) + 1)
    return Object.fromEntries(
      cells.map(({ id, rowCount }) => [
        id,
        Array.from({ length: rowCount }, (_, idx) => ofRow(idx)),
      ]),
    )
  }
  const level = { ...params, metric: 'difficulty_level', output: 'level' }
  addTestRun(db, { ...level, hash: 'a' }, values(0))
  addTestRun(db, { ...level, hash: 'b' }, values(1))
  addTestRun(db, { ...params, metric: 'mnd', output: 'mnd', hash: 'c' }, values(2))
  openWire({ db, config: readConfig({ LOG_LEVEL: 'silent' }) })
})
afterAll(() => {
  closeWire()
})

const view = () => ({
  filter: emptyFilter(),
  sort: { column: 'position', descending: false },
  columns: [] as string[],
})

it('says that it is there, and what it is', async () => {
  await expect(call(healthEndpoint, {})).resolves.toEqual({ ok: true })
  expect((await call(systemEndpoint, {})).node).toBe(process.version)
})

it('carries the study with its runs and columns', async () => {
  const [listed] = await call(listStudiesEndpoint, { query: {} })
  const detail = await call(studyEndpoint, { params })
  expect(listed).toEqual(detail.study)
  expect(detail.cells).toHaveLength(sampleSize().files)
  // Three were added to those that come with the sample.
  expect(detail.runs).toHaveLength(validRuns().length + 3)
  const { columns } = await call(columnsEndpoint, { params, query: { all: true } })
  expect(columns.length).toBeGreaterThanOrEqual(detail.columns.length)
  await expect(call(listStudiesEndpoint, { query: { deleted: true } })).resolves.toEqual([])
})

it('carries rows with every column, their details, histograms and operators', async () => {
  const { columns } = await call(studyEndpoint, { params })
  const ids = columns.map(({ id }) => id)
  const page = await call(listRowsEndpoint, {
    params,
    query: { state: { columns: ids }, limit: 500 },
  })
  expect(page.rows).toHaveLength(sampleSize().rows)
  for (const { cellId, idx } of page.rows.filter((_, at) => at % 41 === 0)) {
    const detail = await call(rowDetailEndpoint, {
      params: { ...params, cellId, idx },
      query: { state: {} },
    })
    expect(detail.row).toMatchObject({ cellId, idx })
  }
  for (const column of columns.filter(({ shape }) => shape === 'scalar' || shape === 'enum')) {
    const histogram = await call(histogramEndpoint, {
      params,
      query: { column: column.id, state: {} },
    })
    expect(histogram.column).toBe(column.id)
  }
  const star = { is: 'marks', kinds: ['star'] } as const
  const state = { filter: { rounds: [1], where: { any: [star, { not: star }] } } }
  const query = { state, counted: ['difficulty_score.score'], limit: 5 }
  const facets = await call(facetsEndpoint, { params, query })
  expect(facets.page?.rows).toHaveLength(5)
  expect(facets.columns[0]?.counts.length).toBeGreaterThan(1)
  const counts = await call(conditionCountsEndpoint, { params, query: { state } })
  expect(counts.map(({ path }) => path)).toEqual([[0], [1]])
  const described = await call(describeEndpoint, { params, query: { state, columns: null } })
  expect(described.selected).toBe(facets.total)
  expect((await call(operatorsEndpoint, { params })).length).toBeGreaterThan(3)
})

it('carries searches with their places, and says what is wrong with a pattern', async () => {
  const filter = { find: { is: 'words' as const, query: 'the', in: 'instruction' as const } }
  const page = await call(listRowsEndpoint, { params, query: { state: { filter }, limit: 3 } })
  const [row] = page.rows.filter(({ matches }) => matches?.instruction)
  const { cellId, idx } = row as { cellId: string; idx: number }
  const at = { ...params, cellId, idx }
  const detail = await call(rowDetailEndpoint, { params: at, query: { state: { filter } } })
  const [from, to] = detail.row.matches?.instruction?.[0] ?? [0, 0]
  expect(detail.row.instruction.slice(from, to).toLowerCase()).toBe('the')
  const check = (pattern: string) => call(checkRegexEndpoint, { query: { pattern } })
  expect((await check('a(b|c)+')).error).toBeNull()
  expect((await check('a(?!b)')).error).toMatchObject({ at: 1 })
})

it('carries marks, and takes back the one that is named', async () => {
  const [row] = (await call(listRowsEndpoint, { params, query: { state: {}, limit: 1 } })).rows
  const { cellId, idx } = row as { cellId: string; idx: number }
  await call(nearbyRowsEndpoint, { params: { ...params, cellId, idx } })
  const { no } = await call(annotateEndpoint, {
    params,
    body: { kind: 'note', value: 'odd', cellId, idx },
  })
  const turned = { params: { ...params, no: no! } }
  await call(undoAnnotationEndpoint, turned)
  const log = () => call(listDecisionsEndpoint, { params, query: {} })
  expect((await log()).entries[0]).toMatchObject({ no, value: 'odd', undoneAt: expect.any(Number) })
  await call(redoAnnotationEndpoint, turned)
  expect(await log()).toMatchObject({
    total: 1,
    authors: ['local'],
    tags: [],
    undo: no,
    redo: null,
  })
  const all = await call(annotateEndpoint, {
    params,
    body: { kind: 'tag', value: 'seen', author: 'Ada', filter: {} },
  })
  const { total } = await call(listRowsEndpoint, {
    params,
    query: { state: { filter: { tags: ['seen'] } } },
  })
  expect([all.rows, total]).toEqual([total, expect.any(Number)])
  expect(total).toBeGreaterThan(10)
  const csv = await routeFetch(endpointUrl(decisionsCsvEndpoint, { params, query: {} }))
  expect((await csv.text()).split('\r\n')).toHaveLength(4)
})

it('carries every figure', async () => {
  const figures = await call(listFiguresEndpoint, { params })
  for (const figure of figures) {
    const { id, hasDrawnValues } = figure
    const options: Record<string, string> = {}
    for (let open = unchosenColumn(figure, {}); open; open = unchosenColumn(figure, options)) {
      options[open.name] = open.choices[0]?.value ?? 'none'
    }
    const at = { params: { ...params, figureId: id }, query: { options, filter: {} } }
    expect((await call(figureEndpoint, at)).figure.id).toBe(id)
    const drawn = await routeFetch(endpointUrl(drawnValuesEndpoint, at))
    expect([id, drawn.status]).toEqual([id, hasDrawnValues ? 200 : 404])
  }
})

it('carries a comparison in parts and at once, and the texts of a pair', async () => {
  const { arms, columns } = await call(studyEndpoint, { params })
  const [a, b] = arms.map(({ key }) => ({ arm: key, round: 1 }))
  const wanted = columns.filter(({ shape }) => shape !== 'rowRef').slice(0, 24)
  const state = compareStateSchema.parse({ a, b, columns: wanted.map(({ id }) => id) })
  const ask = (part: 'summary' | 'intervals' | 'rows' | 'all') =>
    call(compareEndpoint, { params, query: { state, part } })
  expect(await ask('summary')).toHaveProperty('metrics')
  expect(await ask('intervals')).toHaveProperty('intervals')
  expect(await ask('all')).toHaveProperty('page')
  const file = async (format: 'csv' | 'latex' | 'markdown') =>
    (
      await routeFetch(endpointUrl(compareTableEndpoint, { params, query: { state, format } }))
    ).text()
  expect(await file('csv')).toMatch(/^Metric,Unit,Mean A,Mean B,A - B,95 % low,/)
  expect(await file('latex')).toMatch(/^\\begin\{tabular\}\{ll/)
  expect(await file('markdown')).toMatch(/^\| Metric \| Unit \|/)
  const page = await ask('rows')
  const [pair] = 'rows' in page ? page.rows : []
  const place = { seedSet: pair?.seedSetKey ?? '', slot: pair?.slot ?? -1 }
  const texts = await call(comparePairEndpoint, { params, query: { state, ...place } })
  expect(texts.a.idx).toBe(pair?.a.idx)
})

it('carries the report on two runs that hold ratings', async () => {
  const { candidates } = await call(agreementEndpoint, { params, query: {} })
  const levels = candidates.filter(({ scaleKey }) => scaleKey === candidates[0]?.scaleKey)
  const [first, second] = levels
  // One of them came with the sample, two were added.
  expect(levels).toHaveLength(3)
  const runs = `${first?.runId},${second?.runId}`
  const { report } = await call(agreementEndpoint, { params, query: { runs } })
  expect(report?.n).toBeGreaterThan(200)
})

it('carries the check of an export, its download, its recipe and the list', async () => {
  const given = { studyId: params.studyId, state: view(), format: 'jsonl', name: 'all' }
  const request = exportRequestSchema.parse(given)
  expect((await call(checkExportEndpoint, { params, body: request })).rows).toBe(sampleSize().rows)
  const sent = await routeFetch(endpointUrl(downloadExportEndpoint, { params, query: { request } }))
  expect((await sent.text()).trim().split('\n')).toHaveLength(sampleSize().rows)
  const [listed] = await call(listExportsEndpoint, { params })
  expect(listed).toMatchObject({ name: 'all', rowCount: sampleSize().rows, request })
  const at = { params: { ...params, exportId: listed?.id ?? '' } }
  const recipe = await routeFetch(endpointUrl(exportRecipeEndpoint, at))
  expect(recipe.headers.get('content-type')).toMatch(/yaml/)
})

it('carries the alignment of a file, and why it cannot be changed', async () => {
  const { cells } = await call(studyEndpoint, { params })
  const cellId = cells.find(({ armKey }) => armKey !== null)?.id ?? ''
  const facts = await call(alignmentEndpoint, { params: { ...params, cellId } })
  expect(facts.isRecorded).toBe(true)
  const body = { cells: [cellId], align: 'index' as const }
  await expect(call(alignCellsEndpoint, { params, body })).rejects.toMatchObject({
    code: 'conflict',
  })
})
