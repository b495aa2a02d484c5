import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blindSessions, rows, runs } from '@/db/schema'
import { blindPlanSchema, type BlindPlan, type BlindVerdict } from '@/lib/contracts/blind'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import {
  deleteSession,
  endSession,
  getSession,
  giveVerdict,
  listSessions,
  restoreSession,
  sessionState,
  startSession,
  undoVerdict,
  verdictLog,
} from '.'
import { drawBlindPairs } from './draw'
import { blindExport, blindResult, blindTable } from './result'

const N = 24
const a = { armKey: 'small', armLabel: 'Small', armClass: 'small', seedSetKey: 'general' } as const
const b = { armKey: 'large', armLabel: 'Large', armClass: 'large', seedSetKey: 'general' } as const

describe('blind A/B', () => {
  let study: TestStudy
  let cellA: string
  let cellB: string

  const planOf = (patch: Partial<Record<keyof BlindPlan, unknown>> = {}) =>
    blindPlanSchema.parse({
      a: { arm: 'small', round: 1 },
      b: { arm: 'large', round: 1 },
      size: 10,
      ...patch,
    })
  const draw = (plan: BlindPlan) => drawBlindPairs(study.db, study.studyId, plan)
  const start = async (person: string, patch: Partial<Record<keyof BlindPlan, unknown>> = {}) =>
    (await startSession(study.db, study.studyId, { person, plan: planOf(patch) }, draw)).id
  const like = async (person: string, id: string) =>
    (await startSession(study.db, study.studyId, { person, like: id }, draw)).id
  const give = (id: string, no: number, verdict: BlindVerdict, ms = 1000) =>
    giveVerdict(study.db, study.studyId, id, { no, verdict, ms })
  /** Chooses a side by the name that the person does not know. */
  const choose = (id: string, no: number, side: 'a' | 'b' | 'tie' | 'skip', ms = 1000) => {
    const isALeft = getSession(study.db, study.studyId, id).pairs[no]?.isALeft
    if (side === 'tie' || side === 'skip') return give(id, no, side, ms)
    return give(id, no, (side === 'a') === isALeft ? 'left' : 'right', ms)
  }
  const result = (id: string) => blindResult(study.db, study.studyId, id)

  beforeEach(async () => {
    study = await testStudy()
    await importRows(study, 'seeds.json', alpacaRows(N, 'seed'), {
      armKey: null,
      round: 0,
      seedSetKey: 'general',
    })
    // The last four seeds were evolved to the same text by both, but for blanks.
    const of = (prefix: string) =>
      alpacaRows(N, prefix).map((row, k) =>
        k < N - 4 ? row : { ...row, instruction: prefix === 'aa' ? `both  ${k}\n` : `both ${k}` },
      )
    const place = { round: 1, align: 'index' } as const
    cellA = (await importRows(study, 'a.json', of('aa'), { ...a, ...place })).cellId
    cellB = (await importRows(study, 'b.json', of('b'), { ...b, ...place })).cellId
  })
  afterEach(() => study.close())

  it('draws pairs of unequal texts by a random seed, and a larger draw begins with a smaller one', async () => {
    const small = await draw(planOf({ size: 5 }))
    const all = await draw(planOf({ size: 1000 }))
    expect(all.pairs.slice(0, 5)).toEqual(small.pairs)
    expect(all).toMatchObject({ eligible: N, equal: 4 })
    expect(all.pairs.map(({ slot }) => slot).toSorted((x, y) => x - y)).toEqual(
      Array.from({ length: N - 4 }, (_, k) => k),
    )
    for (const pair of all.pairs) {
      expect(pair.a).toEqual({ cellId: cellA, idx: pair.slot })
      expect(pair.b).toEqual({ cellId: cellB, idx: pair.slot })
    }
    const other = await draw(planOf({ size: 5, seed: 2 }))
    expect(other.pairs).not.toEqual(small.pairs)
  })

  it('takes only pairs whose rows both pass the filter, and says why there is none', async () => {
    const filter = (patch: object) => planOf({ filter: patch })
    const found = await draw(filter({ text: 'input 7', arms: ['small'], rounds: [3] }))
    expect(found.pairs.map(({ slot }) => slot)).toEqual([7])
    await expect(draw(filter({ text: 'aa 7' }))).rejects.toThrow(/Of no seed do both rows pass/)
    await expect(draw(filter({ text: 'input 22' }))).rejects.toThrow(/same text at every seed/)
    await expect(draw(planOf({ b: { arm: 'small', round: 1 } }))).rejects.toThrow(/same rows/)
    await expect(draw(planOf({ b: { arm: 'large', round: 2 } }))).rejects.toThrow(/share no seed/)
    await expect(draw(planOf({ b: { arm: 'none', round: 1 } }))).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('shows the drawn texts in a drawn order that is stored, apart for each session', async () => {
    const id = await start('AB', { size: 20 })
    const { pairs, plan } = getSession(study.db, study.studyId, id)
    const state = sessionState(study.db, study.studyId, id)
    const first = pairs[0]
    const [left, right] = first?.isALeft ? ['aa', 'b'] : ['b', 'aa']
    expect(state.pair?.left?.instruction).toBe(`${left} ${first?.slot}`)
    expect(state.pair?.right?.instruction).toBe(`${right} ${first?.slot}`)
    expect(state.pair?.seed?.instruction).toBe(`seed ${first?.slot}`)
    expect(state.pair?.left?.response).toBeNull()
    const other = getSession(study.db, study.studyId, await like('CD', id))
    expect(other.pairs.map(({ slot }) => slot)).toEqual(pairs.map(({ slot }) => slot))
    expect(other.plan.orderSeed).not.toBe(plan.orderSeed)
    expect(new Set(pairs.map(({ isALeft }) => isALeft)).size).toBe(2)
    const shown = await start('EF', { showSeed: false, showResponses: true })
    expect(sessionState(study.db, study.studyId, shown).pair).toMatchObject({
      seed: null,
      left: { response: expect.stringMatching(/^answer \d+ to (aa|b)$/) },
    })
  })

  it('goes on at the next pair, undoes the last verdict and keeps it in the log', async () => {
    const id = await start('AB', { size: 3 })
    expect(give(id, 0, 'left').pair?.no).toBe(1)
    expect(give(id, 1, 'skip')).toMatchObject({ last: { no: 1, verdict: 'skip' }, pair: { no: 2 } })
    expect(() => give(id, 0, 'right')).toThrow(/not the next one/)
    const back = undoVerdict(study.db, study.studyId, id)
    expect(back).toMatchObject({
      pair: { no: 1 },
      last: { no: 0, verdict: 'left' },
      session: { judged: 1, skipped: 0 },
    })
    give(id, 1, 'tie')
    expect(give(id, 2, 'right')).toMatchObject({
      pair: null,
      last: { no: 2 },
      session: { judged: 3, endedAt: null },
    })
    expect(
      verdictLog(study.db, id).map(({ pair, verdict, undoneAt }) => [
        pair,
        verdict,
        undoneAt === null,
      ]),
    ).toEqual([
      [0, 'left', true],
      [1, 'skip', false],
      [1, 'tie', true],
      [2, 'right', true],
    ])
    const empty = await start('CD')
    expect(() => undoVerdict(study.db, study.studyId, empty)).toThrow(/no verdict to undo/)
  })

  it('gives no result before the end and takes no verdict after it', async () => {
    const id = await start('AB', { size: 2 })
    give(id, 0, 'left')
    await expect(result(id)).rejects.toMatchObject({ code: 'conflict' })
    expect(() => blindTable(study.db, study.studyId, id)).toThrow(/session is open/)
    endSession(study.db, study.studyId, id)
    expect(() => give(id, 1, 'left')).toThrow(/has ended/)
    expect(() => undoVerdict(study.db, study.studyId, id)).toThrow(/has ended/)
    const found = await result(id)
    expect(found).toMatchObject({ isComplete: false, session: { judged: 1, pairs: 2 } })
    expect(found.sentence).toMatch(/ended early, after 1 of 2 pairs/)
    expect(sessionState(study.db, study.studyId, id)).toMatchObject({ pair: null, last: null })
  })

  it('counts wins, ties and losses with intervals, the sign test without ties, side and time', async () => {
    const id = await start('AB', { size: 12 })
    const sides = ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'b', 'tie', 'tie', 'skip'] as const
    sides.forEach((side, no) => choose(id, no, side, side === 'skip' ? 90_000 : (no + 1) * 1000))
    endSession(study.db, study.studyId, id)
    const found = await result(id)
    expect(found).toMatchObject({
      isComplete: true,
      win: { k: 8, n: 11 },
      tie: { k: 2, n: 11 },
      lose: { k: 1, n: 11 },
      decided: { k: 8, n: 9 },
      sides: { a: { label: 'Small, round 1' }, b: { label: 'Large, round 1' } },
      time: { median: 6000, lower: 3500, upper: 8500, total: 66_000 },
    })
    // scipy.stats.binomtest(8, 9).pvalue and .proportion_ci(method='wilson').
    expect(found.p).toBeCloseTo(0.0390625, 12)
    expect(found.decided.low).toBeCloseTo(0.5650002944233439, 9)
    expect(found.decided.high).toBeCloseTo(0.9801091123614551, 9)
    expect(found.sentence).toMatch(
      /^AB judged 11 pairs blind .*“Small, round 1” was chosen in 8 and “Large, round 1” in 1; 2 were ties/,
    )
    const { pairs } = getSession(study.db, study.studyId, id)
    const left = pairs.filter(({ isALeft }, no) => no < 8 === isALeft && no < 9).length
    expect(found.left).toMatchObject({ k: left, n: 9 })
  })

  it('agrees with persons who judged the same rows, whichever side they called A, once they have ended', async () => {
    const id = await start('AB', { size: 6 })
    const same = await like('CD', id)
    // The same rows, with the sides exchanged.
    const turned = await start('EF', {
      size: 6,
      a: { arm: 'large', round: 1 },
      b: { arm: 'small', round: 1 },
    })
    const own = ['a', 'a', 'b', 'tie', 'b', 'a'] as const
    const second = ['a', 'b', 'b', 'tie', 'b', 'skip'] as const
    own.forEach((side, no) => choose(id, no, side))
    second.forEach((side, no) => choose(same, no, side))
    own.forEach((side, no) => choose(turned, no, side === 'tie' ? 'tie' : side === 'a' ? 'b' : 'a'))
    endSession(study.db, study.studyId, id)
    const people = async () => (await result(id)).agreement.filter(({ kind }) => kind === 'person')
    expect(await people()).toEqual([])
    endSession(study.db, study.studyId, same)
    endSession(study.db, study.studyId, turned)
    const found = new Map((await people()).map((one) => [one.id, one]))
    expect(found.get(turned)).toMatchObject({
      n: 6,
      exact: { k: 6, n: 6 },
      kappa: { value: 1 },
      ac2: 1,
    })
    const other = found.get(same)
    expect(other).toMatchObject({
      n: 5,
      exact: { k: 4, n: 5 },
      table: [
        [2, 0, 0],
        [0, 1, 0],
        [1, 0, 1],
      ],
    })
    // sklearn.metrics.cohen_kappa_score with quadratic weights and without; AC1 and AC2 from Gwet's definition in numpy.
    expect(other?.kappa?.value).toBeCloseTo(0.5, 12)
    expect(other?.unweightedKappa).toBeCloseTo(0.6875, 12)
    expect(other?.ac1).toBeCloseTo(0.7101449275362319, 12)
    expect(other?.ac2).toBeCloseTo(0.47368421052631576, 12)
  })

  it('takes the side that a judge model rated higher as its verdict, and length alone as another', async () => {
    const id = await start('AB', { size: 20 })
    for (let no = 0; no < 20; no += 1) choose(id, no, 'a')
    const levels = (level: number) => Array.from({ length: N }, () => level)
    const run = { studyId: study.studyId, metric: 'difficulty_level', output: 'level', hash: 'h' }
    const given = levels(2).map((level, k) => (k < 3 ? ('unparsed' as const) : k < 8 ? 4 : level))
    const runId = addTestRun(study.db, run, { [cellA]: given, [cellB]: levels(3) })
    endSession(study.db, study.studyId, id)
    const { agreement } = await result(id)
    expect(agreement.find(({ kind }) => kind === 'model')).toMatchObject({
      id: runId,
      n: 17,
      exact: { k: 5, n: 17 },
      table: [
        [0, 0, 0],
        [0, 0, 0],
        [12, 0, 5],
      ],
    })
    // "aa" is longer than "b".
    expect(agreement.find(({ kind }) => kind === 'length')).toMatchObject({
      n: 20,
      exact: { k: 20 },
      kappa: null,
      kappaReason: 'zero_denominator',
      ac2: 1,
    })
    study.db.update(runs).set({ deletedAt: 1 }).where(eq(runs.id, runId)).run()
    expect((await result(id)).agreement.map(({ kind }) => kind)).toEqual(['length'])
  })

  it('exports the log with sides, order and what was undone', async () => {
    const id = await start('AB', { size: 2 })
    choose(id, 0, 'b', 1500)
    undoVerdict(study.db, study.studyId, id)
    choose(id, 0, 'a', 2500)
    choose(id, 1, 'skip')
    endSession(study.db, study.studyId, id)
    const { judgements, plan } = await blindExport(study.db, study.studyId, id)
    const { pairs } = getSession(study.db, study.studyId, id)
    const label = pairs[0]?.isALeft ? 'Small, round 1' : 'Large, round 1'
    expect(judgements).toMatchObject([
      { pair: 1, left: label, chosen: 'Large, round 1', ms: 1500, undoneAt: expect.any(String) },
      { pair: 1, left: label, chosen: 'Small, round 1', ms: 2500, undoneAt: null },
      { pair: 2, verdict: 'skip', chosen: null },
    ])
    expect(plan).toMatchObject({ seed: 1, size: 2, orderSeed: expect.any(Number), eligible: N })
  })

  it('is deleted and restored, and skips pairs whose rows are gone', async () => {
    const id = await start('AB', { size: 2 })
    deleteSession(study.db, study.studyId, id)
    expect(listSessions(study.db, study.studyId)).toEqual([])
    expect(() => sessionState(study.db, study.studyId, id)).toThrow(/no such blind session/)
    restoreSession(study.db, study.studyId, id)
    expect(() => restoreSession(study.db, study.studyId, id)).toThrow(/no such blind session/)
    expect(listSessions(study.db, study.studyId)).toMatchObject([{ id, person: 'AB', pairs: 2 }])
    const slot = getSession(study.db, study.studyId, id).pairs[0]?.slot ?? -1
    study.db.delete(rows).where(eq(rows.idx, slot)).run()
    const { pair } = sessionState(study.db, study.studyId, id)
    expect(pair).toMatchObject({ no: 0, left: null, right: null })
    expect(() => give(id, 0, 'left')).toThrow(/were deleted. Skip it/)
    expect(give(id, 0, 'skip').pair?.no).toBe(1)
  })

  it('names the session whose stored pairs cannot be read', async () => {
    const id = await start('AB')
    study.db.$client.prepare("update blind_sessions set pairs = '[{}]' where id = ?").run(id)
    expect(() => listSessions(study.db, study.studyId)).toThrow(/blind_sessions/)
    expect(study.db.select({ id: blindSessions.id }).from(blindSessions).all()).toHaveLength(1)
  })
})
