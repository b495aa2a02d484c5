import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unknownModel, type ResultModel } from '@/lib/contracts/results'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { filesHere } from '../files/tasks'
import { saveUpload } from '../imports/uploads'
import { importResults } from '../results/import'
import { mapModel } from '../results/models'
import { checkClaims, listClaims } from '.'
import { saveOwnClaims } from './own'
import { paperPairs } from './checks/results'
import { claimsHtml, claimsMarkdown } from './report'

const SEEDS = 40
let study: TestStudy
let cells: Record<string, string>

beforeEach(async () => {
  study = await testStudy()
  cells = {}
  const seeds = { armKey: null, round: 0, seedSetKey: 'general' }
  await importRows(study, 'seeds.json', alpacaRows(SEEDS, 'seed'), seeds)
})
afterEach(() => study.close())

/** Imports one cell for each evolver and round. */
async function rowsFor(
  rounds: readonly number[],
  scenario: 'evol-instruct' | 'autoif' = 'evol-instruct',
) {
  for (const arm of ['small', 'large'] as const) {
    for (const round of rounds) {
      const name = `${arm}.${round}`
      const { cellId } = await importRows(study, `${name}.json`, alpacaRows(SEEDS, name), {
        armKey: arm,
        armLabel: arm === 'small' ? 'Small' : 'Large',
        armClass: arm,
        scenario,
        seedSetKey: 'general',
        round,
        align: 'index',
      })
      cells[name] = cellId
    }
  }
}

/** Values of one row each: a base that differs by row, and what the cell adds. */
function values(add: number, n = SEEDS): number[] {
  return Array.from({ length: n }, (_, row) => 40 + ((row * 7) % 11) + add * (1 + (row % 3) / 10))
}

function run(column: string, byCell: Record<string, readonly number[]>): void {
  const [metric = '', output = ''] = column.split('.')
  const stored = Object.fromEntries(
    Object.entries(byCell).map(([name, list]) => [cells[name] ?? '', list]),
  )
  addTestRun(study.db, { studyId: study.studyId, metric, output, hash: column }, stored)
}

const BENCHMARKS = ['gsm8k', 'math', 'humaneval', 'mbpp', 'mmlu', 'ceval', 'arc']

/** Imports one number a benchmark for each model, all in one file, and says what each model is. */
async function results(
  models: Record<string, { model: Partial<ResultModel>; add: number }>,
  benchmarks: readonly string[] = BENCHMARKS,
): Promise<void> {
  const lines = Object.entries(models).flatMap(([name, { add }]) =>
    benchmarks.map((benchmark, at) => `${name},${benchmark},acc,${30 + at + add},percent,500`),
  )
  const text = ['model,benchmark,metric,value,unit,n', ...lines].join('\n')
  const body = [Buffer.from(`${text}\n`)] as unknown as AsyncIterable<Uint8Array>
  const { uploadId } = await saveUpload(study.config, 'table.csv', body)
  const uploads = [{ uploadId, relativePath: 'table.csv' }]
  const done = await importResults(study, study.studyId, { uploads }, filesHere)
  expect(done.failed).toEqual([])
  for (const [model, { model: known }] of Object.entries(models)) {
    const mapping = { ...unknownModel(), student: 'S', ...known }
    mapModel(study.db, study.studyId, { source: 'table', model, mapping })
  }
}

const check = async (id: string, choice = {}) =>
  (await checkClaims(study.db, study.studyId, choice, { ids: [id] }))[0]
const verdict = async (id: string, choice = {}) => (await check(id, choice))?.verdict
const SWAPPED = { small: 'large', large: 'small' }

describe('claims on rows', () => {
  it('match where interval and test show the direction in every round, and differ with the sides swapped', async () => {
    await rowsFor([1, 2])
    run('difficulty_score.score', {
      'small.1': values(8),
      'large.1': values(1),
      'small.2': values(12),
      'large.2': values(3),
    })
    const card = await check('C02')
    expect(card).toMatchObject({ verdict: 'match', because: null, figure: 'difficulty-levels' })
    expect(card?.findings.map(({ n, of, units, state }) => [n, of, units, state])).toEqual([
      [SEEDS, SEEDS, SEEDS, 'shown'],
      [SEEDS, SEEDS, SEEDS, 'shown'],
    ])
    const [first] = card?.findings ?? []
    expect(first?.effect).toBeCloseTo(7 * 1.0975, 9)
    expect(first?.low).toBeGreaterThan(0)
    expect(card?.runs).toHaveLength(1)
    expect(card?.rows).toEqual({ arms: ['small', 'large'], rounds: [1, 2], seedSets: ['general'] })
    expect(card?.notes.join()).toContain('difficulty level')
    const swapped = await check('C02', SWAPPED)
    expect(swapped?.verdict).toBe('differs')
    expect(swapped?.because).toMatch(/The opposite is shown: Difficulty score, round 1/)
    expect(swapped?.findings[0]?.effect).toBe(-(first?.effect ?? NaN))
    expect(swapped?.findings[0]?.p).toBe(first?.p)
  })

  it('are not decided, never a match, where a round shows nothing or only a few seeds have values', async () => {
    await rowsFor([1, 2])
    const noise = values(0).map((value, row) => value + (row % 2 === 0 ? 1 : -1))
    run('difficulty_score.score', {
      'small.1': values(8),
      'large.1': values(1),
      'small.2': noise,
      'large.2': values(0),
    })
    for (const choice of [{}, SWAPPED]) {
      expect(await verdict('C02', choice)).not.toBe('match')
    }
    expect(await check('C02')).toMatchObject({
      verdict: 'not_comparable',
      because: expect.stringMatching(/Not decided.*round 2.*Shown in 1 of 2/),
    })
  })

  it.each([2, 5])('take %i seeds as too few, however clear they look', async (n) => {
    await rowsFor([1])
    const few = (add: number) => values(add).slice(0, n)
    const rest = Array.from({ length: SEEDS - n }, () => 'no_response' as const)
    addTestRun(
      study.db,
      { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'few' },
      {
        [cells['small.1'] ?? '']: [...few(30), ...rest],
        [cells['large.1'] ?? '']: [...few(0), ...rest],
      },
    )
    const card = await check('C02')
    expect(card?.findings[0]).toMatchObject({ n, of: SEEDS, state: 'undecided' })
    expect(card?.because).toContain(`${n} seeds: too few to tell`)
  })

  it('say what is missing and what to do about it', async () => {
    expect((await check('C02'))?.actions[0]?.kind).toBe('sides')
    await rowsFor([1])
    const empty = await check('C02')
    expect(empty).toMatchObject({ verdict: 'not_comparable' })
    expect(empty?.because).toContain('Not computed yet')
    expect(empty?.actions[0]).toMatchObject({
      kind: 'compute',
      text: expect.stringMatching(/^Compute .*Overview page/),
    })
    expect((await check('C07'))?.because).toMatch(/about AutoIF.*Small were made by Evol-Instruct/)
    expect((await check('C15'))?.because).toContain('no column of rewards')
  })

  it('compare other rounds, probabilities, lengths and the top level', async () => {
    await rowsFor([1, 2, 3])
    run('difficulty_score.score', { 'small.2': values(20), 'large.3': values(2) })
    const cross = await check('C05')
    expect(cross?.findings.map(({ state }) => state)).toEqual(['shown', 'missing'])
    expect(cross).toMatchObject({ verdict: 'not_comparable', because: /Not checked: Results/ })
    const level = (of: number) => Array.from({ length: SEEDS }, (_, row) => (row % 8 < of ? 5 : 3))
    run('difficulty_level.level', { 'small.3': level(7), 'large.3': level(1) })
    expect(await verdict('X02')).toBe('differs')
    expect((await check('C04'))?.findings[0]).toMatchObject({ state: 'shown', published: null })
    const longer = await check('X01')
    expect(longer?.findings[0]).toMatchObject({
      label: 'Difficulty level, round 3',
      state: 'shown',
    })
    expect(longer?.findings.map(({ label }) => label).join()).toContain('regression on length')
  })

  it('check the diversity of AutoIF sets at equal n', async () => {
    await rowsFor([1], 'autoif')
    run('mnd.mnd', { 'small.1': values(9), 'large.1': values(1) })
    expect(await verdict('C08')).toBe('match')
    expect(await verdict('C08', SWAPPED)).toBe('differs')
    run('mnd.mnd', { 'small.1': [...values(9).slice(1), NaN], 'large.1': values(1) })
  })
})

const trained = (armKey: string, more: Partial<ResultModel> = {}) => ({ armKey, round: 1, ...more })

describe('claims on results', () => {
  beforeEach(() => rowsFor([1]))

  it('match, differ and are not decided by the sign over students and benchmarks', async () => {
    await results({
      a: { model: trained('small'), add: 4 },
      b: { model: trained('large'), add: 1 },
      s: { model: { armKey: 'seeds', round: 0 }, add: -6 },
    })
    const card = await check('C01')
    expect(card).toMatchObject({ verdict: 'match', resultFiles: ['table.csv'], rows: null })
    expect(card?.findings[0]).toMatchObject({
      effect: 3,
      low: 3,
      high: 3,
      n: 7,
      of: 7,
      units: 7,
      ahead: 7,
      p: 0.015625,
      published: { text: expect.stringContaining('81 of 96 numbers (Tables 1, 2)') },
    })
    expect(await verdict('C01', SWAPPED)).toBe('differs')
    expect(await verdict('C16')).toBe('match')
    expect(await verdict('C16', SWAPPED)).toBe('match')
  })

  it('are not comparable with few benchmarks, though all are ahead', async () => {
    const both = {
      a: { model: trained('small'), add: 4 },
      b: { model: trained('large'), add: 1 },
    }
    await results(both, BENCHMARKS.slice(0, 5))
    const card = await check('C01')
    expect(card?.verdict).toBe('not_comparable')
    expect(card?.because).toMatch(/5 student and benchmarks?: too few|5 .*too few to tell/)
  })

  it('pair only what was measured in one way, and say why the rest is left out', async () => {
    await results({ a: { model: trained('small'), add: 4 } })
    await results({ b: { model: trained('large'), add: 1 } })
    const card = await check('C01')
    expect(card?.verdict).toBe('not_comparable')
    expect(card?.because).toMatch(/stated by neither file/)
    expect(card?.actions[0]?.kind).toBe('results')
  })

  it('doubt a claim about all parts where one part goes the other way', async () => {
    const sizes = (small: number) => ({
      a1: { model: trained('small', { size: '7B' }), add: 9 },
      b1: { model: trained('large', { size: '7B' }), add: 1 },
      a2: { model: trained('small', { size: '72B' }), add: small },
      b2: { model: trained('large', { size: '72B' }), add: 1 },
    })
    await results(sizes(3))
    expect(await verdict('C06')).toBe('match')
    const extra = { ...sizes(0.9), a3: { model: trained('small', { size: '14B' }), add: 9 } }
    await results({ ...extra, b3: { model: trained('large', { size: '14B' }), add: 1 } }, [
      ...BENCHMARKS,
      'winogrande',
    ])
  })

  it('reproduce the counts that the paper prints', () => {
    const of = (tables: number[], a: 'small' | 'large', b: 'large' | 'seeds') =>
      paperPairs({ label: '', a: { side: a }, b: { side: b }, expected: 'higher', tables }).pairs
    const ahead = (...given: Parameters<typeof of>) =>
      of(...given).filter(({ difference }) => difference > 0).length
    const counts = [[1], [2], [10], [11], [4], [12]].map((tables) =>
      ahead(tables, 'small', 'large'),
    )
    expect(counts).toEqual([42, 39, 20, 45, 23, 11])
    const seeds = [1, 2, 9]
    expect(ahead(seeds, 'small', 'seeds') + ahead(seeds, 'large', 'seeds')).toBe(185)
  })
})

describe('own claims', () => {
  const OWN = `claims:
  - claim: Small rows are harder <b>|
    metric: difficulty_score.score
    a: small.1
    b: large.1
    margin: 5
  - id: gsm
    claim: No loss on GSM8K
    result: { benchmark: GSM8K }
    a: small.1
    b: large.1
    direction: not_lower
    margin: 2
`

  it('are kept with the study and checked as the others; a margin counts', async () => {
    await rowsFor([1])
    run('difficulty_score.score', { 'small.1': values(8), 'large.1': values(1) })
    saveOwnClaims(study.db, study.studyId, OWN)
    expect(listClaims(study.db, study.studyId, {}).claims.at(-1)).toMatchObject({ id: 'own-gsm' })
    expect(await verdict('own-1')).toBe('match')
    saveOwnClaims(study.db, study.studyId, OWN.replace('margin: 5', 'margin: 9'))
    expect(await verdict('own-1')).toBe('differs')
    expect(await verdict('own-gsm')).toBe('not_comparable')
    saveOwnClaims(study.db, study.studyId, OWN.replaceAll('small.1', 'nobody.1'))
    expect((await check('own-1'))?.because).toContain('no evolver "nobody"')
    saveOwnClaims(study.db, study.studyId, '')
    await expect(check('own-1')).rejects.toThrow(/There is no claim "own-1"/)
  })

  it.each([
    ['claims: []', /line 1: claims: expected/],
    [
      OWN.replace('metric: difficulty_score', 'metrics: difficulty_score'),
      /line 3: claims\.1 has a key "metrics"\. Expected are .*metric/,
    ],
    [
      OWN.replace('direction: not_lower', 'direction: better'),
      /line 12: claims\.2\.direction: expected .*higher/,
    ],
    [
      OWN.replace('a: small.1', 'a: small'),
      /line 4: claims\.1\.a: expected the evolver's key and the round/,
    ],
    [OWN.replace('    a: small.1\n', ''), /line 2: claims\.1\.a: expected string/],
    [
      OWN.replace('metric: difficulty_score.score', 'source: x'),
      /line 2: claims\.1: expected one of metric and result/,
    ],
    [OWN.replace('id: gsm', 'id: "1"'), /two claims have the id "1"/],
    ['claims: [', /line \d+: this is not YAML/],
    ['- &a [x]\n- *a', /line 1: /],
    ['just text', /line 1: claims: expected array/],
    ['claims:', /line 1: claims: expected array/],
    ['x'.repeat(100_001), /at most 100000 characters/],
  ])('name line, key and expectation of what cannot be read: %j', (text, message) => {
    const stored = () => listClaims(study.db, study.studyId, {}).own
    expect(() => saveOwnClaims(study.db, study.studyId, text)).toThrow(message)
    expect(stored()).toBeNull()
  })

  it('are written without markup of theirs', async () => {
    await rowsFor([1])
    saveOwnClaims(study.db, study.studyId, OWN)
    const cards = await checkClaims(study.db, study.studyId, {})
    const html = claimsHtml('<script>alert(1)</script>', cards)
    expect(html).not.toMatch(/<script|<b>|src=|href=/)
    expect(html).toContain('&lt;script&gt;')
    const markdown = claimsMarkdown('*x*', cards)
    expect(markdown).toContain(String.raw`\<b\>\|`)
    expect(markdown.split('\n').filter((line) => line.startsWith('### '))).toHaveLength(20)
  })
})

it('is checked once until something changes', async () => {
  await rowsFor([1])
  run('difficulty_score.score', { 'small.1': values(8), 'large.1': values(1) })
  const first = await check('C02')
  expect(await check('C02')).toBe(first)
  run('difficulty_level.level', { 'small.1': [1], 'large.1': [1] })
  expect(await check('C02')).not.toBe(first)
  expect(fs.existsSync(study.config.dataDir)).toBe(true)
})
