import { describe, expect, it } from 'vitest'
import { eq } from 'drizzle-orm'
import { cells, runs } from '@/db/schema'
import { columnMetric } from '@/lib/metrics'
import { LOSS_OUTPUTS } from '@/lib/metrics/token-loss/outputs'
import { storeRun } from '@/lib/testing/columns'
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
import { importRows } from '@/lib/testing/imports'

const study = claimStudies()

/** Both ways round; a third state of the data decides nothing. */
async function expectVerdicts(id: string, swapped: 'differs' | 'not_comparable' = 'differs') {
  expect([id, await verdict(id), await verdict(id, SWAPPED)]).toEqual([id, 'match', swapped])
}

const inRound = (round: number) => ({
  [`a${round}`]: { model: { armKey: 'small', round }, add: 4 },
  [`b${round}`]: { model: { armKey: 'large', round }, add: 1 },
})

describe('each claim matches, differs with the sides swapped, and is not comparable without enough data', () => {
  it('C03: both rounds, each benchmark', async () => {
    await rowsFor([1])
    await results({ ...inRound(1), ...inRound(2), ...inRound(3) }, BENCHMARKS.slice(0, 2))
    const few = await check('C03')
    expect([few?.verdict, few?.findings[0]?.n, few?.findings[0]?.units]).toEqual([
      'not_comparable',
      4,
      4,
    ])
    await results({ ...inRound(1), ...inRound(2) }, BENCHMARKS.slice(2))
    expect((await check('C03'))?.findings[0]?.n).toBe(14)
    await expectVerdicts('C03')
  })

  it('C09: results, and says that ways to evolve are not extracted', async () => {
    await rowsFor([1], 'auto-evol')
    expect((await check('C09'))?.verdict).toBe('not_comparable')
    await results(inRound(1))
    await expectVerdicts('C09')
    expect((await check('C09'))?.findings[1]).toMatchObject({
      label: 'Ways to evolve',
      state: 'context',
      because: expect.stringContaining('does not extract them'),
    })
    expect((await check('C01'))?.because).toMatch(/made by Auto Evol-Instruct/)
  })

  it('C10: probability of the first token, in every round', async () => {
    await rowsFor([1, 2])
    const p = (add: number) => values(add).map((value) => value / 100)
    const column = 'first_token_probability.p'
    run(column, { 'small.1': p(1), 'large.1': p(9), 'small.2': p(1), 'large.2': p(4) })
    await expectVerdicts('C10')
    // Another model sees the same in round 1 only: nothing is decided by it in round 2.
    const definition = (model: string) => ({
      definition: {
        metric: 'first_token_probability',
        metricVersion: 1,
        params: {},
        model: { model },
        prompts: [],
      },
    })
    study().db.update(runs).set(definition('model-one')).run()
    addTestRun(
      study().db,
      {
        studyId: study().studyId,
        metric: 'first_token_probability',
        output: 'p',
        hash: 'two',
      },
      {
        [cellOf('small.1')]: p(1),
        [cellOf('large.1')]: p(5),
        [cellOf('small.2')]: p(3),
        [cellOf('large.2')]: p(3),
      },
    )
    study().db.update(runs).set(definition('model-two')).where(eq(runs.definitionHash, 'two')).run()
    const card = await check('C10')
    expect(card?.verdict).toBe('not_comparable')
    expect(card?.findings.map(({ state }) => state).toSorted()).toEqual([
      'context',
      'shown',
      'shown',
      'shown',
      'undecided',
    ])
    expect(card?.findings.at(-1)).toMatchObject({
      because: expect.stringContaining('same direction in 1 of 2 rounds and seed sets'),
    })
    expect(card?.runs.map(({ model }) => model).toSorted()).toEqual(['model-one', 'model-two'])
  })

  it('C11: each temperature', async () => {
    await rowsFor([1])
    const at = (temperature: number, small: number) => ({
      [`a${temperature}`]: { model: { armKey: 'small', round: 1, temperature }, add: small },
      [`b${temperature}`]: { model: { armKey: 'large', round: 1, temperature }, add: 1 },
    })
    await results({ ...at(0, 5), ...at(0.1, 4), ...at(0.5, 5), ...at(0.7, 6), ...at(0.9, 3) })
    await expectVerdicts('C11')
    await results(at(0.3, 0.9))
    const card = await check('C11')
    expect([card?.verdict, card?.because]).toEqual([
      'not_comparable',
      expect.stringContaining('other way on average in temperature 0.3'),
    ])
  })

  it('C15: the sign of rewards against that of results, facet by facet', async () => {
    const rounds = [1, 2, 3, 4, 5, 6]
    await rowsFor(rounds)
    const models = (add: (round: number) => number) =>
      Object.fromEntries(
        rounds.flatMap((round) => {
          const of = (armKey: string) => ({ armKey, round, seedSets: ['general'] })
          return [
            [`a${round}`, { model: of('small'), add: add(round) }],
            [`b${round}`, { model: of('large'), add: 2 }],
          ]
        }),
      )
    expect((await check('C15'))?.because).toContain('no column of rewards')
    const rewards = rounds.flatMap((round) => [
      [`small.${round}`, values(1)],
      [`large.${round}`, values(5)],
    ])
    const { metric, params } = columnMetric('reward', 'number')
    run(`${metric.id}.value`, Object.fromEntries(rewards))
    const definition = { metric: metric.id, metricVersion: 1, params, model: null, prompts: [] }
    study().db.update(runs).set({ definition }).run()
    expect((await check('C15'))?.because).toContain('no facet has both')
    // The reward prefers the large evolver, and its students are worse in all six facets: no sign agrees.
    await results(models(() => 6))
    expect((await check('C15'))?.findings[0]).toMatchObject({ behind: 6, ahead: 0, units: 6 })
    expect(await verdict('C15')).toBe('match')
    await results(models(() => -6))
    const agreeing = await check('C15')
    expect([agreeing?.verdict, agreeing?.findings[0]?.ahead]).toEqual(['differs', 6])
    await results(models((round) => (round % 2 === 0 ? 6 : -6)))
    expect(await verdict('C15')).toBe('not_comparable')
  })

  it('X03: each operator, and says whether they differ', async () => {
    await rowsFor([1], 'evol-instruct', 'rotation4')
    const score = 'difficulty_score.score'
    run(score, { 'small.1': values(8), 'large.1': values(1) })
    await expectVerdicts('X03')
    const card = await check('X03')
    expect(card?.findings.map(({ label, n, of }) => [label, n, of])).toEqual([
      ...['concretizing', 'constraints', 'deepen', 'reasoning'].map((operator) => [
        `Difficulty score, round 1, ${operator}`,
        SEEDS / 4,
        SEEDS / 4,
      ]),
      ['Operators differ in it, Difficulty score', SEEDS, SEEDS / 4],
    ])
    expect(card?.findings[0]?.compare?.operators).toEqual(['concretizing'])
    expect(card?.findings[4]?.because).toContain('no difference of operators is shown')
    // The first operator of the rotation is far ahead, the others are even.
    const odd = values(1).map((value, row) => value + (row % 4 === 0 ? 30 : (row % 3) - 1))
    run(score, { 'small.1': odd, 'large.1': values(1) })
    const mixed = await check('X03')
    expect(mixed?.verdict).toBe('not_comparable')
    expect(mixed?.findings[4]?.because).toMatch(/Cochran's Q .*, 3 df, p .*: operators differ/)
  })

  it('X03: says what to do where operators are not known', async () => {
    await rowsFor([1])
    const card = await check('X03')
    expect([card?.verdict, card?.because]).toEqual([
      'not_comparable',
      expect.stringContaining('operators of the rows are not known'),
    ])
  })
})

describe('C12', () => {
  // How hard the rows of each set are; the harder, the higher IFD and the lower IC-IFD and results.
  const HARD = {
    'small.1': 1.5,
    'small.2': 2.5,
    'small.3': 4,
    'large.1': 1,
    'large.2': 2,
    'large.3': 3,
  } as const
  const of = (name: string, student: string) => {
    const [armKey = '', round] = name.split('.')
    return { armKey, round: Number(round), student, seedSets: ['general'] }
  }

  async function losses() {
    await rowsFor([1, 2, 3])
    const stored = Object.entries(HARD).map(([name, hard]) => {
      const noise = Float64Array.from({ length: SEEDS }, (_, row) => 0.01 * (row % 7))
      const conditional = noise.map((one) => 5 + 0.5 * hard + one)
      const sums: Record<string, Float64Array> = {
        jySum: conditional,
        aySum: noise.map(() => 10),
        // L(x) so that IC-IFD is 1 / (1 + hard).
        jxSum: conditional.map((one) => one * (1 + hard)),
      }
      const outputs = LOSS_OUTPUTS.map(({ key }) => {
        const n = key.endsWith('N') ? 10 : 0
        return [key, sums[key] ?? noise.map(() => n)] as const
      })
      const cell = study()
        .db.select()
        .from(cells)
        .where(eq(cells.id, cellOf(name)))
        .get()
      return { cellNo: cell?.no ?? -1, outputs: Object.fromEntries(outputs) }
    })
    storeRun(study().db, study().studyId, { metric: 'loss', pinned: true, cells: stored })
  }

  it('matches where IFD rises, IC-IFD and results fall, over six sets too; swapped it differs', async () => {
    await losses()
    const names = Object.entries(HARD)
    const ofS0 = names.map(([name, hard]) => [name, { model: of(name, 'S0'), add: -3 * hard }])
    const more = [1, 2, 3, 4, 5, 6].flatMap((at) =>
      (['small.3', 'large.3'] as const).map((name) => [
        `${name} ${at}`,
        { model: of(name, `S${at}`), add: -HARD[name] },
      ]),
    )
    await results(Object.fromEntries([...ofS0, ...more]), ['ifeval'])
    const card = await check('C12')
    expect(card?.because).toBeNull()
    const ranks = card?.findings.filter(({ label }) => label.startsWith('Rank correlation'))
    expect(ranks?.map(({ effect, units }) => [effect, units])).toEqual([
      [null, 6],
      [-1, 6],
      [1, 6],
    ])
    expect(ranks?.[0]).toMatchObject({ state: 'context', because: 'one of the two does not vary' })
    await expectVerdicts('C12')
  })

  it('needs at least five sets with results for a rank correlation', async () => {
    await losses()
    await results({
      a: { model: of('small.3', 'S'), add: 1 },
      b: { model: of('large.3', 'S'), add: 4 },
    })
    const card = await check('C12')
    const ranks = card?.findings.filter(({ label }) => label.startsWith('Rank correlation'))
    expect(ranks?.map(({ label }) => label)).toEqual([
      'Rank correlation of length with results over sets',
      'Rank correlation of IFD with results over sets',
      'Rank correlation of IC-IFD with results over sets',
    ])
    expect(ranks?.every(({ effect }) => effect === null)).toBe(true)
    expect(card?.verdict).toBe('not_comparable')
    expect(card?.because).toMatch(/sets?: a rank correlation needs at least 5/)
  })
})

describe('what is shown beside the verdict', () => {
  it('C06: the difference over sizes, and full tuning apart from LoRA', async () => {
    await rowsFor([1])
    const sizes = ['0.5B', '1.5B', '3B', '7B', '14B', '32B']
    await results(
      Object.fromEntries(
        sizes.flatMap((size, at) => {
          const tuning = at < 4 ? ('full' as const) : ('lora' as const)
          const of = (armKey: string) => ({ armKey, round: 1, size, tuning })
          return [
            [`a${size}`, { model: of('small'), add: 20 - 3 * at }],
            [`b${size}`, { model: of('large'), add: 1 }],
          ]
        }),
      ),
    )
    const card = await check('C06')
    expect(card?.verdict).toBe('match')
    const [, interaction, full, lora] = card?.findings ?? []
    expect(interaction).toMatchObject({ effect: -1, units: 6, state: 'context' })
    // 2 of 720 orders are as extreme.
    expect(interaction?.p).toBeGreaterThan(0.001)
    expect(interaction?.p).toBeLessThan(0.006)
    expect([full?.label, full?.n, full?.effect]).toEqual(['Results, full tuning', 28, 14.5])
    expect([lora?.label, lora?.n, lora?.effect]).toEqual(['Results, LoRA', 14, 5.5])
  })

  it('C02: how well a second judge agrees', async () => {
    await rowsFor([1])
    const level = (shift: number) =>
      Array.from({ length: SEEDS }, (_, row) => 1 + ((row + shift) % 5))
    const byCell = { [cellOf('small.1')]: level(0), [cellOf('large.1')]: level(1) }
    const { db, studyId } = study()
    const add = (hash: string, model: string) => {
      const id = addTestRun(
        db,
        { studyId, metric: 'difficulty_level', output: 'level', hash },
        byCell,
      )
      const definition = {
        metric: 'difficulty_level',
        metricVersion: 1,
        params: {},
        model: { model },
        prompts: [],
      }
      db.update(runs).set({ definition }).where(eq(runs.id, id)).run()
    }
    add('one', 'first-judge')
    expect((await check('C02'))?.findings.some(({ label }) => label.includes('kappa'))).toBe(false)
    add('two', 'second-judge')
    const kappa = (await check('C02'))?.findings.find(({ label }) => label.includes('kappa'))
    expect(kappa).toMatchObject({ effect: 1, n: 2 * SEEDS, units: SEEDS, state: 'context' })
    expect([kappa?.a, kappa?.b].toSorted()).toEqual(['first-judge', 'second-judge'])
  })

  it('C08: rows of AutoIF that no seed pairs, each constraint counted once', async () => {
    const add = async (armKey: 'small' | 'large', constraints: number) => {
      const rows = Array.from({ length: SEEDS }, (_, i) => ({
        instruction: `${armKey} constraint ${i % constraints}`,
        input: `query ${i}`,
        output: `answer ${i}`,
      }))
      const place = { armKey, armLabel: armKey, armClass: armKey, scenario: 'autoif' } as const
      const at = { ...place, seedSetKey: 'general', round: 1, align: 'none' } as const
      return (await importRows(study(), `${armKey}.json`, rows, at)).cellId
    }
    const cellIds = [await add('small', 10), await add('large', 8)]
    const stored = (small: number, large: number) =>
      addTestRun(
        study().db,
        { studyId: study().studyId, metric: 'mnd', output: 'mnd', hash: `${small} ${large}` },
        { [cellIds[0] ?? '']: values(small), [cellIds[1] ?? '']: values(large) },
      )
    stored(9, 1)
    const card = await check('C08')
    expect(card?.verdict).toBe('match')
    expect(card?.findings[0]).toMatchObject({
      n: SEEDS,
      units: 8,
      unitName: 'distinct instruction',
      test: 'Mann-Whitney test',
    })
    expect(await verdict('C08', SWAPPED)).toBe('differs')
  })

  it('C08: distinct instructions of both sets', async () => {
    await rowsFor([1], 'autoif')
    run('mnd.mnd', { 'small.1': values(9), 'large.1': values(1) })
    const distinct = (await check('C08'))?.findings.find(({ label }) =>
      label.startsWith('Distinct'),
    )
    expect(distinct).toMatchObject({
      a: `Small ${SEEDS} of ${SEEDS}`,
      meanA: SEEDS,
      effect: 0,
      state: 'context',
    })
  })
})
