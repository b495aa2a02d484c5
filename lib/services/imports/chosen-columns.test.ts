import { beforeEach, describe, expect, it } from 'vitest'
import { exportRequestSchema } from '@/lib/contracts/export'
import { rowFilterSchema, rowSortSchema } from '@/lib/contracts/filter'
import { importedColumnsSchema, type ImportedColumn } from '@/lib/contracts/imported-values'
import { LIMITS } from '@/lib/contracts/limits'
import { columnMetric } from '@/lib/metrics'
import { createRandom } from '@/lib/stats/random'
import { importRows, planFor, studyEach, type TestStudy } from '@/lib/testing/imports'
import { filterOf } from '@/components/views/figures/selection'
import { listColumns } from '../columns'
import { openExport } from '../exports'
import { getStudyFigure, listStudyFigures } from '../figures'
import { columnHistogram, listRows } from '../rows'
import { listRuns } from '../runs'
import { importFile } from './file'
import { previewUpload } from './preview'

let study: TestStudy
studyEach((one) => (study = one))

const place = { armKey: null, round: 0, seedSetKey: 'one' } as const
const base = { instruction: 'a', input: '', output: 'b' }
const COLUMNS: ImportedColumn[] = [
  { column: 'quality', kind: 'number' },
  { column: 'checked', kind: 'boolean' },
  { column: 'source', kind: 'category' },
  { column: 'topics', kind: 'tags' },
  { column: 'remark', kind: 'text' },
]
const ROWS = [
  {
    ...base,
    quality: 0.5,
    checked: true,
    source: 'web 10',
    topics: ['math', 'easy'],
    remark: 'Fine.',
  },
  { ...base, quality: 0, checked: false, source: 'web 9', topics: [], remark: 'Too SHORT\nby far' },
  { ...base, quality: '1,5', source: '__proto__', topics: ['math'], remark: '' },
  {
    ...base,
    quality: -2,
    checked: 'maybe',
    source: 'books',
    topics: ['easy', 'law'],
    remark: 'Fine.',
  },
  base,
]

function idOf(kind: 'number' | 'boolean' | 'category' | 'tags' | 'text'): string {
  const { column } = COLUMNS.find((one) => one.kind === kind) as ImportedColumn
  return `${columnMetric(column, kind).metric.id}.value`
}

async function page(filter: object, sort: object = {}) {
  const { rows } = await listRows(study.db, study.studyId, {
    filter: rowFilterSchema.parse(filter),
    sort: rowSortSchema.parse(sort),
    columns: COLUMNS.map(({ kind }) => idOf(kind as 'number')),
    offset: 0,
    limit: 500,
  })
  return rows
}
const found = async (filter: object, sort: object = {}) =>
  (await page(filter, sort)).map(({ idx }) => idx)
const by = (kind: Parameters<typeof idOf>[0], match: string, values: string[], missing = false) =>
  found({ values: [{ column: idOf(kind), match, values, missing }] })

async function exported(format: 'json' | 'csv', columns: readonly string[]): Promise<string> {
  const state = { filter: {}, sort: {}, columns: [...columns] }
  const filter = rowFilterSchema.parse({})
  const request = exportRequestSchema.parse({
    studyId: study.studyId,
    state: { ...state, filter, sort: rowSortSchema.parse({}) },
    format,
    name: 'x',
    metrics: true,
    options: format === 'json' ? { indent: false } : {},
  })
  const { body } = await openExport(study.db, request)
  return new Response(body).text()
}

describe('columns chosen from a file', () => {
  beforeEach(async () => {
    await importRows(study, 'seeds.json', ROWS, { ...place, columns: COLUMNS })
  })

  it('show their values as they are, with the reason where there is none', async () => {
    const rows = await page({})
    const values = (kind: Parameters<typeof idOf>[0]) =>
      rows.map(({ values: all }) => all[idOf(kind)]?.value ?? all[idOf(kind)]?.status)
    expect(values('number')).toEqual([0.5, 0, 'not_of_kind', -2, 'not_in_file'])
    expect(values('boolean')).toEqual([true, false, 'not_in_file', 'not_of_kind', 'not_in_file'])
    expect(values('category')).toEqual(['web 10', 'web 9', '__proto__', 'books', 'not_in_file'])
    expect(values('tags')).toEqual([['math', 'easy'], [], ['math'], ['easy', 'law'], 'not_in_file'])
    const text = ['Fine.', 'Too SHORT\nby far', 'not_in_file', 'Fine.', 'not_in_file']
    expect(values('text')).toEqual(text)
    const columns = listColumns(study.db, study.studyId)
    const own = columns.filter(({ metric }) => metric.startsWith('imported_column_'))
    expect(own.map(({ label }) => label)).toEqual(COLUMNS.map(({ column }) => column))
    const shown = columns.filter(({ group }) => group === 'source')
    expect(shown).toMatchObject([{ shape: 'category', isDefault: true, label: 'source' }])
  })

  it('name the first value that does not fit, and keep it with the row', () => {
    const report = study.db.$client.prepare('select report from cells').pluck().get() as string
    const { notes } = JSON.parse(report) as { notes: string[] }
    expect(notes).toContain(
      'Column "quality" (number): 1 value is not a number, first in row 3: "1,5".',
    )
    expect(notes.join()).toMatch(
      /"checked" \(boolean\): 1 value is not true or false.*row 4: "maybe"/,
    )
    const extra = study.db.$client.prepare('select extra from rows where idx = 2').pluck().get()
    expect(JSON.parse(extra as string)).toMatchObject({ quality: '1,5' })
  })

  it('filter by words', async () => {
    expect(await by('category', 'any', ['books', '__proto__'])).toEqual([2, 3])
    expect(await by('category', 'none', ['books'])).toEqual([0, 1, 2])
    expect(await by('category', 'none', ['books'], true)).toEqual([0, 1, 2, 4])
    expect(await by('category', 'contains', ['WEB'])).toEqual([0, 1])
    expect(await by('boolean', 'any', ['no'])).toEqual([1])
    expect(await by('tags', 'any', ['math', 'law'])).toEqual([0, 2, 3])
    expect(await by('tags', 'all', ['math', 'easy'])).toEqual([0])
    expect(await by('tags', 'none', ['math'])).toEqual([1, 3])
    expect(await by('text', 'contains', ['short'])).toEqual([1])
    expect(await by('text', 'any', ['Fine.'])).toEqual([0, 3])
    expect(await by('text', 'any', ['fine.'])).toEqual([])
    expect(await by('text', 'contains', [])).toEqual([0, 1, 3])
    expect(await by('text', 'contains', [], true)).toEqual([2, 4])
    const range = { column: idOf('number'), min: 0, max: null }
    expect(await found({ ranges: [range] })).toEqual([0, 1])
  })

  it('refuse filters that mean nothing for them', async () => {
    await expect(by('text', 'all', ['a'])).rejects.toThrow(/cannot be filtered by "all"/)
    await expect(by('number', 'any', ['1'])).rejects.toThrow(/Use a range/)
    const range = { column: idOf('category'), min: 1, max: 2 }
    await expect(found({ ranges: [range] })).rejects.toThrow(/holds words/)
  })

  it('sort words naturally and texts by their characters, missing ones last both ways', async () => {
    const order = (kind: Parameters<typeof idOf>[0], descending = false) =>
      found({}, { column: idOf(kind), descending })
    expect(await order('category')).toEqual([2, 3, 1, 0, 4])
    expect(await order('category', true)).toEqual([0, 1, 3, 2, 4])
    expect(await order('number')).toEqual([3, 1, 0, 2, 4])
    expect(await order('text')).toEqual([0, 3, 1, 2, 4])
    expect(await order('boolean', true)).toEqual([0, 1, 2, 3, 4])
  })

  it('are counted by word under the other filters', async () => {
    const filter = rowFilterSchema.parse({
      values: [
        { column: idOf('tags'), match: 'any', values: ['law'] },
        { column: idOf('category'), match: 'none', values: ['__proto__'] },
      ],
    })
    const counted = await columnHistogram(study.db, study.studyId, idOf('tags'), filter)
    expect(counted).toMatchObject({ n: 3, missing: {}, edges: [], words: { more: 0 } })
    expect(counted.words?.counts).toEqual([
      { word: 'easy', rows: 2 },
      { word: 'law', rows: 1 },
      { word: 'math', rows: 1 },
    ])
  })

  it('are drawn as shares, numbers over rounds, and each bar leads to its rows', async () => {
    const figures = listStudyFigures(study.db, study.studyId)
    const choices = (id: string, option: string) => {
      const figure = figures.find((one) => one.id === id)
      const field = figure?.options.find(({ name }) => name === option)
      return field?.choices.map(({ label }) => label).toSorted() ?? []
    }
    const words = ['Difficulty level', 'checked', 'source', 'topics']
    expect(choices('category-shares', 'column')).toEqual(words)
    expect(choices('scores-over-rounds', 'measure')).toContain('quality')
    expect(choices('scores-over-rounds', 'measure')).not.toContain('source')
    const shares = figures.find((one) => one.id === 'category-shares')
    expect(shares).toMatchObject({ available: true, imported: { option: 'column' } })
    const drawn = await getStudyFigure(study.db, study.studyId, {
      figureId: 'category-shares',
      options: { column: idOf('tags') },
      filter: rowFilterSchema.parse({}),
    })
    const { rows, selections = [] } = drawn.table
    expect(rows.map(({ level, rows: n }) => [level, n])).toEqual([
      ['easy', 2],
      ['math', 2],
      ['law', 1],
      ['no value', 1],
    ])
    for (const [k, selection] of selections.entries()) {
      const filter = filterOf(selection!, rowFilterSchema.parse({}))
      expect(await page(filter)).toHaveLength(rows[k]?.['rows'] as number)
    }
  })

  it('go on under the same numbers in files that come later, and words that came before stay', async () => {
    const more = [
      { ...base, source: 'new' },
      { ...base, source: 'books' },
    ]
    await importRows(study, 'more.json', more, { ...place, seedSetKey: 'two', columns: COLUMNS })
    expect(listRuns(study.db, study.studyId)).toHaveLength(COLUMNS.length)
    const values = [{ column: idOf('category'), values: ['books', 'new'] }]
    const rows = await page({ values })
    expect(rows.map(({ seedSetKey, idx }) => `${seedSetKey} ${idx}`)).toEqual([
      'one 3',
      'two 0',
      'two 1',
    ])
  })
})

describe('a column', () => {
  it('exports the very values of the file, whatever they are', async () => {
    const random = createRandom(7)
    const any = <T>(items: readonly T[]) => items[Math.floor(random.next() * items.length)] as T
    const words = [
      'a',
      'A',
      'ä',
      '__proto__',
      'constructor',
      '=1+1',
      ' x ',
      '<b>',
      '😀',
      'null',
      '1',
    ]
    const rows = Array.from({ length: 5_000 }, () => ({
      ...base,
      quality: any([0, -0.1, 1e300, 3, random.next()]),
      checked: any([true, false]),
      source: any(words),
      topics: Array.from({ length: Math.floor(random.next() * 4) }, () => any(words)),
      remark: any(words) + any(['', '\n', '\u0007', '"', ',']) + any(words),
    }))
    await importRows(study, 'seeds.json', rows, { ...place, columns: COLUMNS })
    const ids = COLUMNS.map(({ kind }) => idOf(kind as 'number'))
    const written = JSON.parse(await exported('json', ids)) as Record<string, unknown>[]
    expect(written).toHaveLength(rows.length)
    written.forEach((row, i) => {
      const { quality, checked, source, topics, remark } = rows[i] as (typeof rows)[number]
      const given = [quality, checked, source, topics, remark]
      expect(ids.map((id) => row[id])).toEqual(given)
    })
    const csv = await exported('csv', ids.slice(1, 4))
    const first = rows[0] as (typeof rows)[number]
    const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`
    const line = [first.checked, 'ok', first.source, 'ok', JSON.stringify(first.topics), 'ok']
    expect(csv.split('\n').slice(1).join('\n')).toContain(line.map(quoted).join(','))
  })

  it('keeps numbers as they are written where they are words, and refuses those it would change', async () => {
    const text = `[{"instruction":"a","output":"b","v":1.0,"id2":123456789012345678901}]`
    const columns = importedColumnsSchema.parse([
      { column: 'v', kind: 'category' },
      { column: 'id2', kind: 'number' },
    ])
    const plan = await planFor(study, 'x.json', text, { ...place, columns })
    await importFile(study, study.studyId, plan)
    const ids = [columnMetric('v', 'category'), columnMetric('id2', 'number')].map(
      ({ metric }) => `${metric.id}.value`,
    )
    const { rows } = await listRows(study.db, study.studyId, {
      filter: rowFilterSchema.parse({}),
      sort: rowSortSchema.parse({}),
      columns: ids,
      offset: 0,
      limit: 1,
    })
    expect(ids.map((id) => rows[0]?.values[id])).toEqual([
      { value: '1.0', status: 'ok' },
      { value: null, status: 'not_of_kind' },
    ])
  })

  it('of too many words is refused whole, and as text it is taken', async () => {
    const rows = Array.from({ length: LIMITS.categories + 1 }, (_, k) => ({
      ...base,
      source: `s${k}`,
    }))
    const columns = (kind: string) => [{ column: 'source', kind }]
    const wrong = importRows(study, 'x.json', rows, { ...place, columns: columns('category') })
    await expect(wrong).rejects.toThrow(/"source" has more than 1,000 different words/)
    const left = (table: string) =>
      study.db.$client.prepare(`select count(*) from ${table}`).pluck().get()
    expect(['cells', 'rows', 'runs', 'column_values'].map(left)).toEqual([0, 0, 0, 0])
    await importRows(study, 'x.json', rows, { ...place, columns: columns('text') })
    expect(left('column_values')).toBe(rows.length)
  })

  it('takes no values of megabytes, and no category of several lines', async () => {
    const rows = [
      {
        ...base,
        source: 'x'.repeat(3_000_000),
        topics: ['y'.repeat(201)],
        remark: 'z'.repeat(9_000_000),
      },
      { ...base, source: 'a\u0007', topics: ['a\nb'], remark: 'a\u0007' },
      {
        ...base,
        source: 'x'.repeat(200),
        topics: Array.from({ length: 201 }, String),
        remark: 'z'.repeat(10_000),
      },
    ]
    await importRows(study, 'x.json', rows, { ...place, columns: COLUMNS })
    const shown = await page({})
    const read = (kind: Parameters<typeof idOf>[0]) =>
      shown.map(({ values }) => values[idOf(kind)]?.status)
    expect(read('category')).toEqual(['value_too_long', 'not_of_kind', 'ok'])
    expect(read('tags')).toEqual(['value_too_long', 'not_of_kind', 'not_of_kind'])
    expect(read('text')).toEqual(['value_too_long', 'ok', 'ok'])
  })

  it('that is not there or is mapped already is refused before the import, one inside another is found', async () => {
    const text = JSON.stringify([{ ...base, meta: { source: 'web' } }])
    const { uploadId } = await planFor(study, 'x.json', text)
    const look = async (column: string) => {
      const columns = [{ column, kind: 'category' }]
      return (await previewUpload(study, study.studyId, { uploadId, columns })).error?.message
    }
    expect(await look('sourc')).toMatch(/no column is called "sourc"/)
    expect(await look('instruction')).toMatch(/"instruction" is mapped as instruction/)
    expect(await look('meta.source')).toBeUndefined()
  })
})

describe('the preview', () => {
  it('says what each further column could be, and where another kind may be meant', async () => {
    const rows = Array.from({ length: 6 }, (_, k) => ({
      ...base,
      score: k / 4,
      flag: k % 2,
      sure: k % 2 === 0,
      source: ['web', 'books'][k % 2],
      topics: ['a', `b${k}`],
      remark: `Remark number ${k} is long.`,
      price: `${k},5`,
      zip: `0${k}123`,
      listed: `a; b${k}`,
      answer: k % 2 ? 'yes' : 'no',
      nested: { a: 1 },
      empty: '',
    }))
    const { uploadId } = await planFor(study, 'x.json', JSON.stringify(rows))
    const { further } = await previewUpload(study, study.studyId, { uploadId })
    const guesses = further.map(({ column, kind, doubt }) => [column, kind, doubt !== null])
    expect(guesses).toEqual([
      ['score', 'number', false],
      ['flag', 'number', true],
      ['sure', 'boolean', false],
      ['source', 'category', false],
      ['topics', 'tags', false],
      ['remark', 'text', false],
      ['price', 'text', true],
      ['zip', 'text', true],
      ['listed', 'text', true],
      ['answer', 'category', true],
    ])
    expect(further[3]).toMatchObject({ samples: ['web', 'books'], distinct: 2, rows: 6 })
  })
})
