import { beforeEach, describe, expect, it } from 'vitest'
import { runs } from '@/db/schema'
import type { ResultModel } from '@/lib/contracts/results'
import { createRandom } from '@/lib/stats/random'
import {
  BENCHMARKS,
  cellOf,
  check,
  claimStudies,
  results,
  rowsFor,
  run,
  SEEDS,
  SWAPPED,
  values,
  verdict,
} from '@/lib/testing/claims'
import { addTestRun } from '@/lib/testing/compare'
import { checkClaims } from '.'
import { paperPairs } from './checks/results'

const study = claimStudies()

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
    expect(card).toMatchObject({
      verdict: 'match',
      because: null,
      citation: {
        sentence: expect.stringMatching(
          /^Claim "C02: Instructions of .*\(verdict: match; 2 differences, n 40; definition difficulty/,
        ),
        bibtex: expect.stringMatching(/^@misc\{evolens-claim-/),
      },
    })
    expect(card?.findings.map(({ n, of, units, state }) => [n, of, units, state])).toEqual([
      [SEEDS, SEEDS, SEEDS, 'shown'],
      [SEEDS, SEEDS, SEEDS, 'shown'],
    ])
    const [first] = card?.findings ?? []
    expect(first?.effect).toBeCloseTo(7 * 1.0975, 9)
    expect(first?.low).toBeGreaterThan(0)
    expect(card?.runs).toHaveLength(1)
    const otherwise = ["prompts of the judge model in Evolens' wording"]
    const judge = 'in the paper Qwen-2.5-72B-Instruct'
    expect(card?.deviations).toEqual([`judge model not known, ${judge}`, ...otherwise])
    const judgedBy = async (model: string, version = '1') => {
      const definition = {
        metric: 'difficulty_score',
        metricVersion: 1,
        params: { constrained: 'always' },
        model: { model },
        prompts: [{ id: 'judge-score', version, hash: 'h' }],
      }
      study().db.update(runs).set({ definition, definitionHash: model }).run()
      const { deviations = [], runs: used = [] } = (await check('C02')) ?? {}
      return [used[0]?.model, ...deviations]
    }
    const constrained = 'replies constrained to the scale, in the paper free'
    expect(await judgedBy('tiny.gguf')).toEqual([
      'tiny.gguf',
      `judge model tiny.gguf, ${judge}`,
      ...otherwise,
      constrained,
    ])
    expect(await judgedBy('Qwen/Qwen2.5-72B-Instruct-AWQ', 'custom')).toEqual([
      'Qwen/Qwen2.5-72B-Instruct-AWQ',
      'prompts of the judge model in your own text',
      constrained,
    ])
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
      study().db,
      { studyId: study().studyId, metric: 'difficulty_score', output: 'score', hash: 'few' },
      {
        [cellOf('small.1')]: [...few(30), ...rest],
        [cellOf('large.1')]: [...few(0), ...rest],
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
  })
})

it('tells how many claims are checked, and stops where the reader leaves', async () => {
  await rowsFor([1])
  const { db, studyId } = study()
  const told: number[][] = []
  const leaving = new AbortController()
  const asked = checkClaims(
    db,
    studyId,
    {},
    {
      ids: ['C02', 'C08', 'C10'],
      signal: leaving.signal,
      onProgress: (done, total) => {
        told.push([done, total])
        if (done === 1) leaving.abort()
      },
    },
  )
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' })
  expect(told).toEqual([
    [0, 3],
    [1, 3],
  ])
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
  })

  it('are in doubt where one size goes the other way, though all together are ahead', async () => {
    const of = (size: string, small: number) => ({
      [`a${size}`]: { model: trained('small', { size }), add: small },
      [`b${size}`]: { model: trained('large', { size }), add: 1 },
    })
    await results({ ...of('7B', 9), ...of('14B', 9), ...of('32B', 9), ...of('72B', 0.5) })
    const card = await check('C06')
    expect(card?.findings[0]?.state).toBe('shown')
    expect(card).toMatchObject({
      verdict: 'not_comparable',
      because: expect.stringMatching(/Not in all parts: .* goes the other way on average in 72B/),
    })
  })

  it('leave out only the smallest student in instruction following', async () => {
    const of = (size: string, small: number) => ({
      [`a${size}`]: { model: trained('small', { size }), add: small },
      [`b${size}`]: { model: trained('large', { size }), add: 1 },
    })
    await results({ ...of('0.5B', -9), ...of('3B', 5) }, ['ifeval'])
    const card = await check('C06')
    expect(card?.findings[0]).toMatchObject({ n: 1, effect: 4 })
  })

  it('split following and general ability, which may be lower by the margin', async () => {
    study().db.$client.prepare("update arms set scenario = 'autoif'").run()
    const both = { a: { model: trained('small'), add: 0 }, b: { model: trained('large'), add: 1 } }
    await results(both)
    const [following, general] = (await check('C07'))?.findings ?? []
    expect(following?.state).toBe('missing')
    expect(general).toMatchObject({ expected: 'not_lower', margin: 2, effect: -1, state: 'shown' })
    expect((await check('C07', { margin: 0.5 }))?.findings[1]?.state).toBe('opposite')
  })

  it.each([
    [30, 2, 'match'],
    [2, 30, 'differs'],
    [5, 4, 'not_comparable'],
  ])(
    'are tested over items where students are few: %i and %i discordant items',
    async (onlyA, onlyB, expected) => {
      const two = { a: { model: trained('small'), add: 4 }, b: { model: trained('large'), add: 1 } }
      await results(two, ['gsm8k'])
      const items = (hits: (no: number) => boolean) =>
        JSON.stringify(
          Array.from({ length: 200 }, (_, no) => ({
            id: `${no}`,
            hash: null,
            hits: hits(no) ? 1 : 0,
            of: 1,
          })),
        )
      const list = study().db.$client.prepare('select no, file_id, facts from results').all() as {
        no: number
        file_id: string
        facts: string
      }[]
      for (const { no, file_id, facts } of list) {
        const isA = (JSON.parse(facts) as { model: string }).model === 'a'
        const hits = (item: number) =>
          item < onlyA ? isA : item < onlyA + onlyB ? !isA : item % 2 === 0
        study()
          .db.$client.prepare(
            'insert into result_items (result_no, file_id, count, items) values (?, ?, 200, ?)',
          )
          .run(no, file_id, items(hits))
      }
      const card = await check('C01')
      expect(card?.verdict).toBe(expected)
      expect(card?.findings[0]).toMatchObject({ units: 200, unitName: 'item' })
      expect(card?.findings[0]?.effect).toBeCloseTo((100 * (onlyA - onlyB)) / 200, 9)
      const swapped = { match: 'differs', differs: 'match', not_comparable: 'not_comparable' }[
        expected
      ]
      expect(await verdict('C01', SWAPPED)).toBe(swapped)
    },
  )

  it('compare students by what selected the export that they were trained on', async () => {
    const subset = (id: string, column: string) =>
      study()
        .db.$client.prepare(
          `insert into subsets (id, study_id, name, state, recipe, row_count, created_at) values (?, ?, ?, ?, '{}', 1, 1)`,
        )
        .run(
          id,
          study().studyId,
          id,
          JSON.stringify({ filter: {}, sort: { column, descending: true }, columns: [] }),
        )
    subset('best', 'ic_ifd.strict')
    subset('plain', 'position')
    subset('other', 'ifd.strict')
    const by = (subsetId: string) => ({ round: 3, subsetId })
    await results({
      a: { model: by('best'), add: 5 },
      b: { model: by('plain'), add: 1 },
      c: { model: by('other'), add: 2 },
    })
    const card = await check('C13')
    const states = card?.findings.map(({ label, state }) => `${label}: ${state}`)
    expect(states).toEqual([
      'Selected by IC-IFD against all rows: shown',
      'Selected by IC-IFD against length: missing',
      'Selected by IC-IFD against perplexity: missing',
      'Selected by IC-IFD against IFD: shown',
    ])
    expect(card?.verdict).toBe('not_comparable')
    expect((await check('C14'))?.findings.every(({ state }) => state === 'missing')).toBe(true)
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

it('is checked once until something changes', async () => {
  await rowsFor([1])
  run('difficulty_score.score', { 'small.1': values(8), 'large.1': values(1) })
  const first = await check('C02')
  expect(await check('C02')).toBe(first)
  run('difficulty_level.level', { 'small.1': [1], 'large.1': [1] })
  expect(await check('C02')).not.toBe(first)
})

it('swaps match and differs with the sides, whatever the data', async () => {
  await rowsFor([1])
  const random = createRandom(7)
  const opposite = { match: 'differs', differs: 'match', not_comparable: 'not_comparable' }
  const seen = new Set<string>()
  for (let trial = 0; trial < 12; trial += 1) {
    const shift = (trial % 3) - 1
    const draw = (add: number) =>
      Array.from({ length: SEEDS }, () => 40 + random.below(20) + 12 * add)
    run('difficulty_score.score', { 'small.1': draw(shift), 'large.1': draw(0) })
    const first = (await verdict('C02')) ?? 'not_comparable'
    seen.add(first)
    expect(await verdict('C02', SWAPPED)).toBe(opposite[first])
  }
  expect([...seen].toSorted()).toEqual(['differs', 'match', 'not_comparable'])
})
