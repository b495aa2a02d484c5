import { describe, expect, it } from 'vitest'
import { statusCode } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { describeFigure, getFigure, listFigures, parseFigureOptions } from '.'
import type { Figure, FigureData, FigureTable, OptionField, PreparedCommon } from './types'

const figures = listFigures().map((figure) => [figure.id, figure] as const)
const examples = new Map(figures.map(([id, figure]) => [id, figure.example()]))

// One assertion a table: thousands of small ones would take longer than the figures themselves.
function tableProblems(table: FigureTable): string[] {
  const keys = table.columns.map((column) => column.key)
  const wanted = keys.toSorted().join()
  return table.rows.flatMap((row, r) => {
    const problems = Object.keys(row).toSorted().join() === wanted ? [] : [`row ${r}: other keys`]
    const bad = Object.entries(row).filter(
      ([, value]) => typeof value === 'number' && !Number.isFinite(value),
    )
    return [...problems, ...bad.map(([key]) => `row ${r}: ${key} is not finite`)]
  })
}

function expectRectangular(table: FigureTable) {
  expect(new Set(table.columns.map((column) => column.key)).size).toBe(table.columns.length)
  expect(tableProblems(table)).toEqual([])
  if (table.selections) expect(table.selections).toHaveLength(table.rows.length)
}

/** Paths of values that JSON would lose or change on the way to the browser. */
function lostInJson(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path]
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((entry, i) => lostInJson(entry, `${path}[${i}]`))
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.entries(value).flatMap(([key, entry]) => lostInJson(entry, `${path}.${key}`))
  }
  return [path]
}

/** Everything that a page asks of a figure; also that nothing is lost on the way to the browser. */
function run(figure: Figure, data: FigureData, changed: object = {}): PreparedCommon {
  const options = { ...examples.get(figure.id)?.options, ...changed }
  const prepared = figure.prepare(data, parseFigureOptions(figure, options))
  expect(lostInJson(prepared)).toEqual([])
  expectRectangular(figure.table(prepared))
  if (figure.drawn) expectRectangular(figure.drawn(prepared))
  expect(figure.altText(prepared).length).toBeGreaterThan(20)
  for (const text of [figure.altText(prepared), figure.reading(prepared), ...prepared.notes]) {
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/)
  }
  return prepared
}

/** The columns of the data that an option takes as choices. */
function columnsFor({ columns }: OptionField, data: FigureData): string[] {
  const shapeOf = (levels: readonly string[] | null) => (levels ? 'enum' : 'scalar')
  const infos = Object.values(data.columns)
  return infos.flatMap(({ id, levels }) => (columns?.includes(shapeOf(levels)) ? [id] : []))
}

/** Whether a figure draws benchmark results and no column of rows. */
function ofResults(figure: Figure): boolean {
  return figure.needsResults === true && figure.columns(parseFigureOptions(figure, {})).length === 0
}

/** Whether a figure draws single seeds and no column of rows. */
function ofCases(figure: Figure): boolean {
  return figure.needsCases !== undefined
}

/** Whether a figure shows prompts and no column of rows. */
function ofPrompts(figure: Figure): boolean {
  return figure.needsPrompts === true
}

const figuresOfResults = figures.filter(([, figure]) => ofResults(figure))
const figuresOfCases = figures.filter(([, figure]) => ofCases(figure))
const figuresOfRows = figures.filter(
  ([, figure]) => !ofResults(figure) && !ofCases(figure) && !ofPrompts(figure),
)

function withStatus(data: FigureData, name: 'unparsed' | 'not_run'): FigureData {
  const series = data.series.map((one) => ({
    ...one,
    columns: Object.fromEntries(
      Object.entries(one.columns).map(([id, column]) => [
        id,
        { ...column, status: new Uint8Array(one.n).fill(statusCode(name)) },
      ]),
    ),
  }))
  return { ...data, series }
}

function firstRow(data: FigureData): FigureData {
  const series = data.series.map((one) => ({
    ...one,
    n: 1,
    columns: Object.fromEntries(
      Object.entries(one.columns).map(([id, column]) => [
        id,
        {
          ...column,
          values: column.values.slice(0, column.width),
          status: column.status.slice(0, 1),
        },
      ]),
    ),
  }))
  return { ...data, series }
}

describe.each(figures)('%s', (id, figure) => {
  const example = examples.get(id) ?? figure.example()

  it('has texts and described options with defaults', () => {
    const meta = describeFigure(figure)
    expect(id).toMatch(/^[a-z][a-z-]+$/)
    expect(figure.description).toMatch(/\.$/)
    for (const option of meta.options) {
      expect(option.title.length).toBeGreaterThan(2)
      expect(option.description).toMatch(/\.$/)
      const values = option.choices.map((choice) => choice.value)
      // A column of the study has no default: it must be named.
      const mustName = option.columns !== undefined && option.default === ''
      expect(option.kind !== 'choice' || mustName || values.includes(String(option.default))).toBe(
        true,
      )
    }
    const defaults = Object.fromEntries(meta.options.map((option) => [option.name, option.default]))
    expect(parseFigureOptions(figure, {})).toEqual(defaults)
  })

  it('draws its example with every choice of every option', () => {
    const { options } = describeFigure(figure)
    const prepared = run(figure, example.data, example.options)
    expect(figure.table(prepared).rows.length).toBeGreaterThan(0)
    expect(figure.reading(prepared)).toMatch(/\.$/)
    expect(prepared.conflicts).toEqual([])
    for (const option of options) {
      const values =
        option.kind === 'choice'
          ? [...option.choices.map((choice) => choice.value), ...columnsFor(option, example.data)]
          : option.kind === 'switch'
            ? [true, false]
            : option.kind === 'text'
              ? [option.default]
              : [option.min, option.max]
      for (const value of values) run(figure, example.data, { [option.name]: value })
    }
  })

  it('counts each row once, valued or missing with its reason', () => {
    const { counts } = run(figure, example.data, example.options)
    for (const entry of counts) {
      const missing = Object.values(entry.missing).reduce((sum, rows) => sum + rows, 0)
      expect(entry.valued + missing).toBe(entry.n)
    }
  })

  it('asks for columns or results that its example has', () => {
    const columns = figure.columns(parseFigureOptions(figure, example.options))
    const { results, prompts } = example.data
    expect(columns.length + (results?.own ?? prompts ?? []).length).toBeGreaterThan(0)
    expect(prompts !== undefined).toBe(ofPrompts(figure))
    expect(example.data.results !== undefined).toBe(figure.needsResults === true)
    expect(example.data.cases !== undefined).toBe(ofCases(figure))
    for (const column of columns) expect(example.data.columns).toHaveProperty([column])
  })

  it('names the option that is wrong', () => {
    const first = describeFigure(figure).options[0]?.name ?? ''
    expect(() => parseFigureOptions(figure, { [first]: ['no'] })).toThrow(first)
  })
})

describe.each(figuresOfCases)('%s', (id, figure) => {
  const example = examples.get(id) ?? figure.example()

  it('survives no seeds, no values, no seed row and one row', () => {
    const { data } = example
    const cases = data.cases ?? { stories: [], arms: [], seedSets: [], runs: [] }
    const having = (changed: Partial<typeof cases>) =>
      run(figure, { ...data, cases: { ...cases, ...changed } })
    expect(having({ stories: [] }).counts).toEqual([])
    const each = (change: (steps: (typeof cases.stories)[0]['steps']) => typeof steps) =>
      having({ stories: cases.stories.map((story) => ({ ...story, steps: change(story.steps) })) })
    each((steps) => steps.map((step) => ({ ...step, values: {} })))
    each((steps) => steps.filter(({ armKey }) => armKey !== null))
    each((steps) => steps.slice(0, 1))
    having({ arms: [], seedSets: [] })
  })
})

describe.each(figuresOfResults)('%s', (id, figure) => {
  const example = examples.get(id) ?? figure.example()

  it('survives no results, no values, one result and no evolvers', () => {
    const { data } = example
    const { own = [], ...rest } = data.results ?? {}
    const having = (results: typeof own, arms = data.results?.arms) =>
      run(figure, {
        ...data,
        results: { ...example.data.results, ...rest, own: results, arms } as never,
      })
    expect(
      run(figure, { ...data, results: { own: [], arms: [], seedSets: [], exports: [] } }).counts,
    ).toEqual([])
    const { counts } = having(
      own.map((one) => ({ ...one, value: null, missing: 'error', k: null, written: '' })),
    )
    expect(counts.length).toBeGreaterThan(0)
    expect(counts.every(({ n, valued, missing }) => valued === 0 && missing['error'] === n)).toBe(
      true,
    )
    having(own.slice(0, 1))
    having([...own], [])
    having(own.map((one) => ({ ...one, n: null, k: null, isShare: false })))
  })

  it('does not draw results of another few-shot number on one axis unless told to', () => {
    const { results } = example.data
    const odd = results?.own.map((one, at) => (at === 0 ? { ...one, fewShot: 5 } : one))
    const data = { ...example.data, results: { ...results, own: odd } as typeof results }
    const apart = run(figure, data as FigureData)
    const together = run(figure, data as FigureData, { mix: true })
    expect(apart.conflicts).toHaveLength(1)
    expect(apart.conflicts[0]).toMatchObject({ mixed: false })
    expect(together.conflicts[0]).toMatchObject({ mixed: true })
  })
})

describe.each(figuresOfRows)('%s', (id, figure) => {
  const example = examples.get(id) ?? figure.example()

  it('survives no series, no values, no run, one series and one row', () => {
    const { data } = example
    expect(run(figure, { ...data, series: [] }).counts).toEqual([])
    for (const name of ['unparsed', 'not_run'] as const) {
      const { counts } = run(figure, withStatus(data, name))
      expect(counts.length).toBeGreaterThan(0)
      expect(counts.every((entry) => entry.valued === 0 && entry.missing[name] === entry.n)).toBe(
        true,
      )
    }
    const last = data.series.at(-1)
    run(figure, { ...data, series: last ? [last] : [] })
    run(figure, firstRow(data))
  })

  it('does not put different definitions on one axis unless it is told to', () => {
    const { data } = example
    const series = data.series.map((one, i) => ({
      ...one,
      columns: Object.fromEntries(
        Object.entries(one.columns).map(([key, column]) => [
          key,
          i === data.series.length - 1 ? { ...column, definitionHash: 'other' } : column,
        ]),
      ),
    }))
    const apart = run(figure, { ...data, series })
    const together = run(figure, { ...data, series }, { mix: true })
    expect(apart.conflicts[0]).toMatchObject({ mixed: false })
    expect(apart.conflicts[0]?.definitions.map((group) => group.hash)).toEqual(['example', 'other'])
    expect(together.conflicts[0]).toMatchObject({ mixed: true })
    expect(together.counts.length).toBe(apart.counts.length + 1)
  })
})

// Tables and texts have no axes; hexagons of all panels are counted on one lattice, which a brush can then follow.
const WITHOUT_AXES = ['matrix', 'cases', 'prompts', 'points']

it.each(figures.filter(([, { drawing }]) => !WITHOUT_AXES.includes(drawing)))(
  'lets the panels of %s have own or shared axes',
  (_, figure) => {
    const axis = describeFigure(figure).options.find(({ name }) => name === 'axis')
    expect(axis?.choices.map(({ value }) => value).toSorted()).toEqual(['own', 'shared'])
    const { data, options } = figure.example()
    for (const chosen of ['own', 'shared']) {
      const prepared = figure.prepare(
        data,
        parseFigureOptions(figure, { ...options, axis: chosen }),
      )
      expect(prepared).toMatchObject({ axis: chosen })
    }
  },
)

it('has unique ids and refuses unknown ones', () => {
  expect(new Set(listFigures().map((figure) => figure.id)).size).toBe(listFigures().length)
  expect(() => getFigure('no-such-figure')).toThrow(AppError)
})
