import { eq } from 'drizzle-orm'
import { arms } from '@/db/schema'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { figureEndpoint } from '@/lib/api/figures'
import { emptyFilter, rowFilterSchema } from '@/lib/contracts/filter'
import { listFigures } from '@/lib/figures'
import { scatter } from '@/lib/figures/scatter'
import { pageRanges, partOf } from '@/lib/figures/shared/part'
import type { DensityPrepared } from '@/lib/figures/shared/density'
import { cellSelection, type MatrixPrepared } from '@/lib/figures/shared/matrix'
import type { FigureData, FigureSelection } from '@/lib/figures/types'
import { selectRows } from '../rows/select'
import { filterOf } from '@/components/views/figures/selection'
import type { DifficultyLevelsPrepared } from '@/lib/figures/shared/levels'
import { findSource } from '../columns/describe'
import { addTestRun, type TestValue } from '@/lib/testing/compare'
import { loadFigureData } from './data'
import { getDrawnValues, getExampleFigure, getStudyFigure, listStudyFigures } from '../figures'
import {
  alpacaRows,
  importRows,
  importTwoEvolvers,
  studyEach,
  type TestStudy,
} from '@/lib/testing/imports'

const LEVELS = 'difficulty-levels'

describe('figures of a study', () => {
  let study: TestStudy
  let small: string
  let large: string

  const figure = (figureId: string, options: unknown = {}, filter: object = {}) =>
    getStudyFigure(study.db, study.studyId, {
      figureId,
      options,
      filter: rowFilterSchema.parse(filter),
    })
  const addLevels = (values: Record<string, readonly TestValue[]>, hash = 'one') =>
    addTestRun(
      study.db,
      { studyId: study.studyId, metric: 'difficulty_level', output: 'level', hash },
      values,
    )

  studyEach((one) => (study = one))
  beforeEach(async () => {
    ;({ small, large } = await importTwoEvolvers(study))
  })

  it('lists every figure and which can show something', () => {
    const before = listStudyFigures(study.db, study.studyId)
    expect(before.map((one) => one.id)).toEqual(listFigures().map((one) => one.id))
    expect(before.find((one) => one.id === LEVELS)).toMatchObject({
      available: false,
      needs: ['difficulty_level'],
    })
    addLevels({ [small]: [1, 2, 3, 4] })
    const after = listStudyFigures(study.db, study.studyId)
    // Figures that stand on what needs no run were there before.
    const stood = new Set(before.filter((one) => one.available).map((one) => one.id))
    const added = after.filter((one) => one.available && !stood.has(one.id)).map((one) => one.id)
    expect(added).toEqual(expect.arrayContaining([LEVELS, 'category-shares']))
    expect(added).not.toContain('mnd-density')
  })

  it('prepares stored values with labels, counts and cards', async () => {
    const runId = addLevels({ [small]: [5, 5, 4, 'unparsed'], [large]: [1, 2, 3, 4] })
    const result = await figure(LEVELS)
    const prepared = result.prepared as DifficultyLevelsPrepared
    expect(prepared.columns).toEqual([{ key: 'general', label: 'General' }])
    expect(prepared.arms.map((arm) => arm.label)).toEqual(['Small', 'Large'])
    const bars = prepared.panels[0]?.bars.find((bar) => bar.arm === 'small')
    expect(bars?.mix.levels.map((level) => level.count)).toEqual([0, 0, 0, 1, 2])
    expect(prepared.counts.find((one) => one.arm === 'small')).toMatchObject({
      n: 4,
      valued: 3,
      missing: { unparsed: 1 },
      runId,
    })
    expect(result.cards).toEqual([{ runId, definitionHash: 'one', model: null }])
    expect(result.reading).toContain('Small has more hard')
  })

  it('shows the rows that the filter keeps', async () => {
    addLevels({ [small]: [5, 5, 4, 'unparsed'], [large]: [1, 2, 3, 4] })
    const ranges = [{ column: 'difficulty_level.level', min: 4, max: 5 }]
    const { prepared } = await figure(LEVELS, {}, { ranges })
    expect(prepared.counts.map((one) => [one.arm, one.n])).toEqual([
      ['small', 3],
      ['large', 1],
    ])
    const only = await figure(LEVELS, {}, { arms: ['large'] })
    expect(only.prepared.arms.map((arm) => arm.key)).toEqual(['large'])
  })

  it('ranks pooled rows by known orders as it does by sorting them', async () => {
    const add = (metric: string, output: string, values: Record<string, TestValue[]>) =>
      addTestRun(study.db, { studyId: study.studyId, metric, output, hash: metric }, values)
    add('difficulty_score', 'score', {
      [small]: [20, 10, 20, 90],
      [large]: [20, 40, 'unparsed', 5],
    })
    add('mnd', 'mnd', { [small]: [0.3, 0.3, 0.1, 0.2], [large]: [0.3, 0.1, 0.2, 0.4] })
    const options = { x: 'difficulty_score.score', y: 'mnd.mnd', rows: 'all', columns: 'all' }
    for (const ranges of [[], [{ column: 'difficulty_score.score', min: 10, max: 50 }]]) {
      const { prepared } = await figure('scatter', options, { ranges })
      const data = await loadFigureData(study.db, study.studyId, {
        columns: [options.x, options.y],
        operators: false,
        lineage: false,
        filter: rowFilterSchema.parse({ ranges }),
      })
      const sort = vi.fn<NonNullable<FigureData['sorted']>>(() => null)
      const chosen = scatter.typed.options.parse(options)
      expect(prepared).toEqual(scatter.typed.prepare({ ...data, sorted: sort }, chosen))
      expect(sort).toHaveBeenCalledOnce()
      expect(scatter.typed.prepare(data, chosen).panels[0]?.n).toBe(ranges.length === 0 ? 7 : 5)
    }
  })

  it('does not name a run of another definition that has nothing yet', async () => {
    const waiting = addLevels({ [large]: ['not_run', 'not_run', 'not_run', 'not_run'] }, 'two')
    addLevels({ [small]: [5, 5, 4, 4] }, 'one')
    study.db.$client
      .prepare('update run_cells set done = 0 where run_no = (select no from runs where id = ?)')
      .run(waiting)
    study.db.$client.prepare("update runs set pinned = definition_hash = 'one'").run()
    const { prepared } = await figure(LEVELS)
    expect(prepared.conflicts).toEqual([])
    expect(prepared.arms.map((arm) => arm.key)).toEqual(['small'])
  })

  it('leaves out series of another definition until they are asked for', async () => {
    addLevels({ [large]: [1, 2, 3, 4] }, 'two')
    addLevels({ [small]: [5, 5, 4, 4] }, 'one')
    const apart = await figure(LEVELS)
    expect(apart.prepared.arms).toHaveLength(1)
    expect(apart.prepared.conflicts[0]?.definitions).toHaveLength(2)
    const together = await figure(LEVELS, { mix: true })
    expect(together.prepared.arms).toHaveLength(2)
    expect(together.prepared.conflicts[0]?.mixed).toBe(true)
  })

  it('reads the parents of rows outside of the filter, along the alignment', async () => {
    const next = { seedSetKey: 'general', seedSetLabel: 'General', round: 2 }
    const arm = { armKey: 'small', armLabel: 'Small', armClass: 'small' as const }
    const child = await importRows(study, 'c.json', alpacaRows(4, 'c'), {
      ...next,
      ...arm,
      align: 'index',
    })
    addLevels({ [small]: [1, 2, 3, 'unparsed'], [child.cellId]: [2, 2, 5, 4] })
    const { prepared, table } = await figure('level-transitions', {}, { rounds: [2] })
    const { rows } = await getDrawnValues(study.db, study.studyId, {
      figureId: 'level-transitions',
      options: {},
      filter: rowFilterSchema.parse({ rounds: [2] }),
    })
    expect((prepared as MatrixPrepared).panels[0]?.captions[0]).toBe(
      'n 3 pairs, 1 row without a level of the parent',
    )
    const moved = rows.flatMap(({ from, to, n }) => (n === 1 ? [[from, to]] : []))
    expect(moved).toEqual([
      ['very easy', 'easy'],
      ['easy', 'easy'],
      ['medium', 'very hard'],
    ])
    expect(table.rows[1]).toMatchObject({ from: 'easy', n: 1, to1: 0, to2: 1 })
    // Cell and line of the table open the rows that they count.
    const [panel] = (prepared as MatrixPrepared).panels
    const opened = (selection: FigureSelection | null | undefined) =>
      selection ? selectRows(study.db, study.studyId, filterOf(selection, emptyFilter())) : null
    const numbers = (found: ReturnType<typeof opened>) =>
      [...(found?.values() ?? [])].flatMap((kept) => [...kept])
    expect(numbers(opened(panel && cellSelection(panel, 14)))).toEqual([2])
    expect(numbers(opened(panel && cellSelection(panel, 13)))).toEqual([])
    expect(numbers(opened(table.selections?.[0]))).toEqual([0])
  })

  it('opens the rows of a level whose partner at the same seed has another', async () => {
    const set = { seedSetKey: 'g', seedSetLabel: 'G' }
    await importRows(study, 'seeds.json', alpacaRows(4, 's'), { ...set, round: 0, armKey: null })
    const evolved = (armKey: 'small' | 'large') =>
      importRows(study, `${armKey}-g.json`, alpacaRows(4, armKey), {
        ...set,
        round: 1,
        armKey,
        armLabel: armKey,
        armClass: armKey,
        align: 'index',
      })
    const [first, second] = [await evolved('small'), await evolved('large')]
    addLevels({ [first.cellId]: [1, 2, 3, 'unparsed'], [second.cellId]: [2, 2, 5, 4] })
    const { prepared } = await figure('level-transitions', { pairs: 'evolver' })
    const [panel] = (prepared as MatrixPrepared).panels
    const kept = [0, 1, 2, 3, 4].flatMap((from) =>
      [0, 1, 2, 3, 4].flatMap((to) => {
        const selection = panel ? cellSelection(panel, from * 5 + to) : null
        const filter = selection ? filterOf(selection, emptyFilter()) : null
        const found = filter
          ? selectRows(study.db, study.studyId, filter)
          : new Map<number, Int32Array>()
        const counted = panel?.cells[from * 5 + to]?.text
        const rows = [...found.values()].flatMap((one) => [...one])
        expect(String(rows.length)).toBe(counted)
        return rows.map((row) => [from + 1, to + 1, row])
      }),
    )
    expect(kept).toEqual([
      [1, 2, 0],
      [2, 2, 1],
      [3, 5, 2],
    ])
  })

  it('prepares again once a value, a name or a run changes, and not before', async () => {
    addLevels({ [small]: [1, 2, 3, 4] })
    const first = await figure(LEVELS)
    expect((await figure(LEVELS)).prepared).toBe(first.prepared)
    study.db.update(arms).set({ label: 'Tiny' }).where(eq(arms.key, 'small')).run()
    const named = await figure(LEVELS)
    expect(named.prepared.arms.map(({ label }) => label)).toEqual(['Tiny'])
    addLevels({ [large]: [4, 4, 4, 4] })
    const more = await figure(LEVELS)
    expect(more.prepared.counts.map(({ valued }) => valued)).toEqual([4, 4])
    expect((await figure(LEVELS, {}, { arms: ['small'] })).prepared.counts).toHaveLength(1)
  })

  it('draws nothing, without failing, before anything is computed', async () => {
    for (const one of listStudyFigures(study.db, study.studyId)) {
      // Figures that stand on what needs no run.
      if (one.available) continue
      const result = await figure(one.id)
      expect(result.prepared.counts).toEqual([])
      expect(result.table.rows).toEqual([])
    }
  })

  it('gives the drawn bins of a density', async () => {
    addTestRun(
      study.db,
      { studyId: study.studyId, metric: 'mnd', output: 'mnd', hash: 'x' },
      { [small]: [0.05, 0.055, 0.4, 1.3] },
    )
    const request = {
      figureId: 'mnd-density',
      options: { bins: 'n100' },
      filter: rowFilterSchema.parse({}),
    }
    const { rows } = await getDrawnValues(study.db, study.studyId, request)
    expect(rows).toHaveLength(100)
    expect(rows[5]).toMatchObject({ arm: 'Small', count: 2 })
    const { prepared } = await figure('mnd-density', { bins: 'n100' })
    expect((prepared as DensityPrepared).cells[0]?.curves[0]?.above).toBe(1)
    await expect(
      getDrawnValues(study.db, study.studyId, { ...request, figureId: LEVELS, options: {} }),
    ).rejects.toMatchObject({ code: 'not_found' })
  })

  describe('over any column', () => {
    const add = (metric: string, output: string, values: Record<string, readonly TestValue[]>) =>
      addTestRun(study.db, { studyId: study.studyId, metric, output, hash: metric }, values)
    const draw = (column: string, more: object = {}, filter: object = {}) =>
      figure('distribution', { column, ...more }, filter)
    const choices = () =>
      listStudyFigures(study.db, study.studyId)
        .find((one) => one.id === 'distribution')
        ?.options.find((option) => option.name === 'column')
        ?.choices.map(({ value }) => value) ?? []

    it('draws measured and imported columns, under the filter of the rows', async () => {
      add('difficulty_score', 'score', { [small]: [1, 2, 3, 4] })
      add('imported_mnd', 'mnd', { [large]: [0.5, 0.25, 'error', Infinity] })
      const measured = await draw('difficulty_score.score', {}, { ranges: [] })
      expect(measured.prepared.counts.find((one) => one.arm === 'small')?.valued).toBe(4)
      expect(measured.figure.title).toBe('Distribution of Difficulty score')
      const imported = await draw('imported_mnd.mnd')
      expect(imported.prepared.counts[0]).toMatchObject({
        valued: 2,
        missing: { error: 1, nonfinite: 1 },
      })
      expect(imported.cards.map((card) => card.definitionHash)).toEqual(['imported_mnd'])
      const ranges = [{ column: 'difficulty_score.score', min: 3, max: 4 }]
      const kept = await draw('difficulty_score.score', { view: 'histogram' }, { ranges })
      expect(kept.table.rows).toMatchObject([{ arm: 'Small', n: 2, mean: 3.5 }])
    })

    it('offers what has values, and no column that it could not draw', () => {
      expect(choices()).not.toContain('imported_mnd.mnd')
      add('imported_mnd', 'mnd', { [large]: [0.5, 0.25, 0.1, 0.2] })
      add('difficulty_score', 'score', { [large]: ['error', 'error', 'error', 'error'] })
      addLevels({ [small]: [1, 2, 3, 4] })
      expect(choices()).toContain('imported_mnd.mnd')
      expect(choices()).not.toContain('difficulty_score.score')
      expect(choices()).not.toContain('difficulty_level.level')
    })

    it('shows a column whose run has no value yet with the reasons', async () => {
      add('difficulty_score', 'score', { [large]: ['error', 'error', 'refused', 'error'] })
      const { prepared } = await draw('difficulty_score.score')
      expect(prepared.counts[0]?.missing).toEqual({ error: 3, refused: 1 })
    })

    it.each([
      ['', 'This figure needs a column (option column).'],
      ['no_metric.value', 'This study has no column "no_metric.value" (option column).'],
      ['\u001b[31m', 'This study has no column'],
      ['difficulty_level.level', 'holds levels, not numbers'],
      ['first_token_probability.p', 'holds several numbers a row'],
      ['mnd.mnd', 'has no values in this study yet: compute mnd first.'],
    ])('refuses "%s" and names what there is', async (column, problem) => {
      add('imported_mnd', 'mnd', { [large]: [0.5, 0.25, 0.1, 0.2] })
      const refused = draw(column).catch((error: unknown) => error)
      expect(await refused).toMatchObject({ code: 'invalid_input' })
      expect(String(await refused)).toContain(problem)
      expect(String(await refused)).toMatch(/Choose one of: .*imported_mnd\.mnd/)
      await expect(figure('scores-over-rounds', { measure: column || 'x' })).rejects.toThrow(
        /Choose one of: score, level, .*imported_mnd\.mnd/,
      )
    })
  })

  it('refuses unknown figures, studies and options by name', async () => {
    await expect(figure('no-such-figure')).rejects.toMatchObject({ code: 'not_found' })
    await expect(figure(LEVELS, { view: 'pie' })).rejects.toThrow(/view/)
    expect(() => listStudyFigures(study.db, 'nowhere')).toThrow(/study/)
  })
})

it('asks only for columns that a metric has', () => {
  const key = { no: 1, id: '', definitionHash: '', pinned: true }
  const chosen = [
    { ...key, metricId: 'imported_column_example', params: { column: 'source', kind: 'category' } },
    { ...key, metricId: 'imported_column_reward', params: { column: 'reward', kind: 'number' } },
  ]
  for (const figure of listFigures()) {
    const { columns } = figure.example().data
    for (const id of Object.keys(columns))
      expect([id, findSource(id, chosen) !== null]).toEqual([id, true])
  }
})

it('parses options and filter of an address', () => {
  const { query } = figureEndpoint
  expect(query.parse({})).toMatchObject({ options: {}, filter: { arms: [] } })
  expect(query.parse({ filter: '{"arms":["small"]}' }).filter.arms).toEqual(['small'])
  expect(query.safeParse({ options: '{' }).success).toBe(false)
})

it('draws every example', () => {
  for (const { id } of listFigures()) {
    const result = getExampleFigure(id)
    expect(result.table.rows.length).toBeGreaterThan(0)
    // Results come from files, not from runs.
    expect(result.cards[0]?.runId).toBe(result.prepared.counted ? undefined : 'example')
  }
})

it('prints figures of tables in parts that fit a page, and says which part it is', () => {
  const whole = getExampleFigure('level-transitions', { rows: 'cell', columns: 'seedSet' })
  const tables = (of: typeof whole) => (of.prepared as MatrixPrepared).panels
  const n = tables(whole).length
  expect(pageRanges(whole, 250)).toEqual([])
  const ranges = pageRanges(whole, 600)
  expect(ranges.length).toBeGreaterThan(2)
  const parts = ranges.map((range) => partOf(whole, range))
  expect(parts.flatMap(tables)).toHaveLength(n)
  expect(parts.flatMap(tables)).toEqual(expect.arrayContaining(tables(whole)))
  const places = parts.flatMap(tables).map(({ column }) => column)
  expect(places).toEqual(
    (whole.prepared as MatrixPrepared).columns.flatMap(({ key }) =>
      places.filter((one) => one === key),
    ),
  )
  const first = partOf(whole, ranges[0])
  const { rows, columns, notes } = first.prepared as MatrixPrepared
  const shown = tables(first)
  expect(rows.map(({ key }) => key)).toEqual([...new Set(shown.map(({ row }) => row))])
  expect(columns.every(({ key }) => shown.some(({ column }) => column === key))).toBe(true)
  expect(notes[0]).toBe(`Tables 1 to ${shown.length} of ${n}.`)
  expect(partOf(whole, undefined)).toBe(whole)
  for (const wrong of ['0-1', '2-1', `1-${n + 1}`])
    expect(() => partOf(whole, wrong)).toThrow(`has the panels 1-${n}, not ${wrong}`)
  const density = getExampleFigure('mnd-density')
  expect(pageRanges(density, 600)).toEqual([])
  expect(() => partOf(density, '1-1')).toThrow('is printed whole')
})
