import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { statusCode } from '@/lib/contracts/status'
import { listMetrics } from '@/lib/metrics'
import { realignStudy } from '../alignments'
import { undoAnnotation } from './annotations'
import { decideOn } from '@/lib/testing/decisions'
import { currentCells, deleteCell, type CellRef } from '../cells'
import { nearbyRows } from './nearby'
import { columnReader, listColumns } from '../columns'
import { columnOf, storeRun } from '@/lib/testing/columns'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { columnHistogram, listRows, selectRows } from '../rows'

let study: TestStudy
let seeds: CellRef
let round1: CellRef

beforeAll(async () => {
  study = await testStudy()
  await importRows(study, 'alpaca.json', alpacaRows(6, 'seed text'))
  const rows = alpacaRows(6, 'evolved')
  rows[4] = { ...rows[4], output: '', instruction: 'Ünïcode ÉVOLUTION 100%_done' }
  await importRows(study, 'alpaca-iter1-small.json', rows, { operators: 'rotation4' })
  realignStudy(study.db, study.studyId)
  const cells = currentCells(study.db, study.studyId)
  seeds = cells[0]!
  round1 = cells[1]!
  const low = columnOf(Float64Array.of(0.5, 0.1, 0.9, 0.3, 0.7, 0.2))
  low.status[2] = statusCode('error')
  storeRun(study.db, study.studyId, {
    metric: 'mnd',
    cells: [
      { cellNo: seeds.no, outputs: { mnd: low } },
      { cellNo: round1.no, outputs: { mnd: Float64Array.of(1, 1, 0.1, 0.1, 2, 0) } },
    ],
  })
})
afterAll(() => study.close())

const MND = 'mnd.mnd'

function page(
  filter: Partial<RowFilter>,
  sort = { column: 'position', descending: false },
  columns: string[] = [],
) {
  return listRows(study.db, study.studyId, {
    filter: { ...emptyFilter(), ...filter },
    sort,
    columns,
    offset: 0,
    limit: 100,
  })
}

const places = (result: Awaited<ReturnType<typeof page>>) =>
  result.rows.map((row) => `${row.armKey ?? 'seeds'}/${row.idx}`)

describe('rows', () => {
  it('come in file order with texts, operators, slots and values', async () => {
    const result = await page({}, undefined, [MND])
    expect(result).toMatchObject({ total: 12, outOf: 12, offset: 0 })
    expect(result.rows[2]?.values[MND]).toEqual({ value: null, status: 'error' })
    expect(result.rows[7]).toMatchObject({
      armKey: 'small',
      round: 1,
      idx: 1,
      slot: 1,
      operator: 'deepen',
      instruction: 'evolved 1',
      input: 'input 1',
      response: 'answer 1 to evolved',
      values: { [MND]: { value: 1, status: 'ok' } },
    })
    expect(result.rows[10]).toMatchObject({ response: '', flags: ['no_response'] })
  })

  it('are filtered by place, range, operator and text', async () => {
    expect((await page({ arms: ['seeds'] })).total).toBe(6)
    expect(
      (await page({ rounds: [1], operators: ['constraints'] })).rows.map((row) => row.idx),
    ).toEqual([0, 4])
    const range = (min: number | null, max: number | null, missing = false) =>
      page({ arms: ['seeds'], ranges: [{ column: MND, min, max, missing }] })
    expect(places(await range(0.2, 0.5))).toEqual(['seeds/0', 'seeds/3', 'seeds/5'])
    expect(places(await range(0.6, null, true))).toEqual(['seeds/2', 'seeds/4'])
    expect(places(await page({ text: 'SEED TEXT 3' }))).toEqual(['seeds/3'])
    expect(places(await page({ text: 'answer 2' }))).toEqual(['seeds/2', 'small/2'])
    expect(places(await page({ text: 'évolution' }))).toEqual(['small/4'])
    expect(places(await page({ text: '100%_' }))).toEqual(['small/4'])
    expect((await page({ text: '%' })).total).toBe(1)
    await expect(
      page({ ranges: [{ column: 'no.such', min: 0, max: 1, missing: false }] }),
    ).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('are sorted over all cells: ties in file order, missing last both ways', async () => {
    const up = await page({}, { column: MND, descending: false })
    expect(places(up)).toEqual([
      'small/5',
      'seeds/1',
      'small/2',
      'small/3',
      'seeds/5',
      'seeds/3',
      'seeds/0',
      'seeds/4',
      'small/0',
      'small/1',
      'small/4',
      'seeds/2',
    ])
    const down = await page({}, { column: MND, descending: true })
    expect(places(down).slice(0, 3)).toEqual(['small/4', 'small/0', 'small/1'])
    expect(places(down).at(-1)).toBe('seeds/2')
    const longest = await page({}, { column: 'length', descending: true })
    expect(places(longest)[0]).toBe('small/4')
  })

  it.each([{}, { rounds: [1] }, { text: 'evolved' }])(
    'are the same page by page, whatever the size of a page, both ways: %j',
    async (kept) => {
      const filter = { ...emptyFilter(), ...kept }
      for (const descending of [false, true]) {
        const sort = { column: MND, descending }
        const whole = places(await page(kept, sort))
        for (const limit of [1, 2, 3, 5]) {
          const pages: string[] = []
          for (let offset = 0; offset <= whole.length; offset += limit) {
            const query = { filter, sort, columns: [], offset, limit }
            pages.push(...places(await listRows(study.db, study.studyId, query)))
          }
          expect(pages).toEqual(whole)
        }
      }
    },
  )

  it('are sorted by the alphabet of a text, those without one last both ways', async () => {
    const sorted = async (column: string, descending: boolean) =>
      places(await page({ rounds: [1] }, { column, descending }))
    const texts = (await page({}, { column: 'instruction', descending: false })).rows
    expect(texts.map(({ instruction }) => instruction)).toEqual(
      texts.map(({ instruction }) => instruction).toSorted(new Intl.Collator('en').compare),
    )
    const up = await sorted('response', false)
    const down = await sorted('response', true)
    expect([up.at(-1), down.at(-1)]).toEqual(['small/4', 'small/4'])
    expect(down.slice(0, -1)).toEqual(up.slice(0, -1).toReversed())
  })

  it('are sorted by own parts and filtered in that order, equal ones in file order both ways', async () => {
    const sorted = async (column: string, descending: boolean, filter: Partial<RowFilter> = {}) =>
      places(await page(filter, { column, descending }))
    const names = await page({ rounds: [1] }, { column: 'operator', descending: true })
    const operators = names.rows.map(({ operator }) => operator)
    expect(operators).toEqual([...operators].sort().reverse())
    expect((await sorted('operator', false)).slice(6)).toEqual(
      [0, 1, 2, 3, 4, 5].map((k) => `seeds/${k}`),
    )
    expect(await sorted('slot', true, { rounds: [1], text: 'evolved' })).toEqual(
      [5, 3, 2, 1, 0].map((k) => `small/${k}`),
    )
    expect((await sorted('slot', false)).slice(0, 3)).toEqual(['seeds/0', 'small/0', 'seeds/1'])
    expect((await sorted('flags', false))[0]).toBe('small/4')
    const up = await sorted(MND, false, { arms: ['small'] })
    expect(up).toEqual([5, 2, 3, 0, 1, 4].map((k) => `small/${k}`))
    expect(await sorted(MND, true, { arms: ['small'] })).toEqual(
      [4, 0, 1, 2, 3, 5].map((k) => `small/${k}`),
    )
    const star = decideOn(study, [{ cellId: round1.id, idx: 3 }], { kind: 'star' })
    decideOn(study, [{ cellId: seeds.id, idx: 1 }], { kind: 'keep' })
    expect((await sorted('decisions', true)).slice(0, 3)).toEqual(['seeds/1', 'small/3', 'seeds/0'])
    undoAnnotation(study.db, study.studyId, star.no!)
    expect((await sorted('decisions', true)).slice(0, 2)).toEqual(['seeds/1', 'seeds/0'])
  })

  it('have duplicates letter by letter anywhere in the study, and neighbours of their file', async () => {
    const { db, studyId } = study
    const third = await importRows(study, 'alpaca-iter2-small.json', [
      { instruction: 'evolved 1', output: 'x' },
      { instruction: 'evolved 7', output: 'x' },
      { instruction: 'Evolved 1', output: 'x' },
      { instruction: 'evolved 1', output: 'y' },
    ])
    storeRun(db, studyId, {
      metric: 'mnd',
      definitionHash: 'near',
      pinned: true,
      cells: [
        {
          cellNo: round1.no,
          outputs: {
            mnd: Float64Array.of(0.5, 0.25, 1, 1, 1, 1),
            neighbour: Float64Array.of(1, 0, 1, 1, 5, 4),
          },
        },
      ],
    })
    const places = (refs: { round: number; idx: number }[]) =>
      refs.map((ref) => [ref.round, ref.idx])
    const near = await nearbyRows(db, studyId, round1.id, 1)
    expect(places(near.duplicates)).toEqual([
      [2, 0],
      [2, 3],
    ])
    expect(near).toMatchObject({ moreDuplicates: 0, nearest: { idx: 0 }, distance: 0.25 })
    expect(places(near.nearestTo)).toEqual([
      [1, 2],
      [1, 3],
    ])
    const alone = await nearbyRows(db, studyId, third.cellId, 1)
    expect(alone).toMatchObject({ duplicates: [], nearest: null, nearestTo: [] })
    await expect(nearbyRows(db, studyId, third.cellId, 4)).rejects.toThrow(/no row 5/)
    deleteCell(db, studyId, third.cellId)
    db.$client.prepare("delete from runs where definition_hash = 'near'").run()
  })

  it('are selected by cell', () => {
    const selected = selectRows(study.db, study.studyId, {
      ...emptyFilter(),
      ranges: [{ column: MND, min: 0.9, max: null, missing: false }],
    })
    expect([...selected].map(([no, rows]) => [no, [...rows]])).toEqual([
      [seeds.no, []],
      [round1.no, [0, 1, 4]],
    ])
  })

  it('have a histogram that ignores the filter on its own column', async () => {
    const filter = {
      ...emptyFilter(),
      arms: ['seeds'],
      ranges: [{ column: MND, min: 5, max: 6, missing: false }],
    }
    const histogram = await columnHistogram(study.db, study.studyId, MND, filter)
    expect(histogram).toMatchObject({ n: 5, missing: { error: 1 } })
    expect(histogram.edges[0]).toBe(0)
    expect(histogram.edges.at(-1)).toBe(2)
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(5)
  })
})

describe('columns', () => {
  it('are listed for runs that exist and for the texts; others only on request', () => {
    const listed = listColumns(study.db, study.studyId)
    expect(listed.map((column) => column.id)).toContain(MND)
    const ofTexts = listMetrics().flatMap(({ kind, id }) => (kind === 'text' ? [id] : []))
    expect(new Set(listed.map((column) => column.fromMetric))).toEqual(new Set(['mnd', ...ofTexts]))
    const all = listColumns(study.db, study.studyId, { all: true })
    expect(all.filter((column) => column.runId === null).length).toBeGreaterThan(5)
    expect(new Set(all.map((column) => column.id)).size).toBe(all.length)
  })

  it('show the pinned run, another one by name, and are filled by runs of the same definition', () => {
    const { db } = study
    const values = (value: number) => ({ mnd: new Float64Array(6).fill(value) })
    const partly = columnOf(new Float64Array(6).fill(7))
    partly.status.fill(0, 3)
    const pinned = storeRun(db, study.studyId, {
      metric: 'mnd',
      definitionHash: 'other',
      pinned: true,
      cells: [{ cellNo: seeds.no, outputs: { mnd: partly } }],
    })
    storeRun(db, study.studyId, {
      metric: 'mnd',
      definitionHash: 'other',
      cells: [{ cellNo: seeds.no, outputs: values(8) }],
    })
    const named = storeRun(db, study.studyId, {
      metric: 'mnd',
      definitionHash: 'third',
      cells: [{ cellNo: seeds.no, outputs: values(9) }],
    })
    const reader = columnReader(db, study.studyId)
    expect(reader.runOf(MND)?.id).toBe(pinned.id)
    expect([...reader.read(MND, seeds).values]).toEqual([7, 7, 7, 8, 8, 8])
    expect([...reader.read(`${MND}@${named.id}`, seeds).values]).toEqual([9, 9, 9, 9, 9, 9])
    expect([...reader.read(MND, round1).status]).toEqual([0, 0, 0, 0, 0, 0])
    expect(() => reader.read(`${MND}@nothing`, seeds)).toThrow(/no run/)
  })

  it('are read again when their version changes, and only then', () => {
    const { db } = study
    const run = storeRun(db, study.studyId, {
      metric: 'mnd',
      definitionHash: 'versions',
      cells: [{ cellNo: seeds.no, outputs: { mnd: new Float64Array(6).fill(1) } }],
    })
    const read = () => columnReader(db, study.studyId).read(`${MND}@${run.id}`, seeds)
    const first = read()
    const changed = Buffer.from(new Float64Array(6).fill(2).buffer)
    db.$client
      .prepare('update column_chunks set "values" = ? where run_no = ?')
      .run(changed, run.no)
    expect(read()).toBe(first)
    db.$client.prepare('update run_cells set version = version + 1 where run_no = ?').run(run.no)
    expect([...read().values]).toEqual([2, 2, 2, 2, 2, 2])
  })

  it('are derived from the outputs that the metric reads', () => {
    const { db } = study
    const [derived] = listMetrics().flatMap((metric) =>
      metric.kind === 'derived' && metric.reads.length > 2 ? [metric] : [],
    )
    const reads = Object.fromEntries(
      (derived?.reads ?? []).map((key, k) => [
        key,
        Float64Array.of(1, 2, 3, 4, 5, 6).map((x) => x + k),
      ]),
    )
    storeRun(db, study.studyId, {
      metric: derived?.from ?? '',
      cells: [{ cellNo: seeds.no, outputs: reads }],
    })
    const views = Object.fromEntries(
      Object.entries(reads).map(([key, values]) => [key, columnOf(values)]),
    )
    const variant = derived?.variants[0]?.key ?? ''
    const read = columnReader(db, study.studyId).read(`${derived?.id}.${variant}`, seeds)
    const { values, status } = derived!.derive(views, variant, 6)
    expect(read.values).toEqual(values)
    expect(read.status).toEqual(status)
    expect(read.status[0]).not.toBe(0)
    // The cell that the run did not reach says so.
    expect([
      ...columnReader(db, study.studyId).read(`${derived?.id}.${variant}`, round1).status,
    ]).toEqual([0, 0, 0, 0, 0, 0])
  })
})
