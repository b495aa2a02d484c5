import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bySession, exportRequestSchema, type ExportRequest } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { endSession, getSession, giveVerdict, startSession } from '../blind'
import { drawBlindPairs } from '../blind/draw'
import { blindPlanSchema } from '@/lib/contracts/blind'
import { checkExport, openExport } from '../exports'

const SCORE = 'difficulty_score.score'

let study: TestStudy
studyEach((fresh) => (study = fresh))

const place = { seedSetKey: 'general', align: 'index', round: 1 } as const

function request(pairs: ExportRequest['pairs'], patch: Partial<ExportRequest> = {}): ExportRequest {
  return exportRequestSchema.parse({
    studyId: study.studyId,
    state: { filter: emptyFilter(), sort: { column: 'position' }, columns: [SCORE] },
    format: 'jsonl',
    name: 'pairs',
    pairs,
    ...patch,
  })
}

async function written(one: ExportRequest): Promise<Uint8Array> {
  const { body } = await openExport(study.db, one)
  return new Uint8Array(await new Response(body).arrayBuffer())
}

async function lines(one: ExportRequest): Promise<Record<string, unknown>[]> {
  const text = Buffer.from(await written(one)).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Two evolvers answer the same six prompts, but for the last one. */
async function twoEvolvers(): Promise<void> {
  await importRows(study, 'seeds.json', alpacaRows(6, 'seed'), {
    armKey: null,
    round: 0,
    seedSetKey: 'general',
  })
  const answers = (who: string) =>
    alpacaRows(6, 'evolved').map((row, k) => ({
      ...row,
      instruction: k === 5 ? `${who} asks` : row.instruction,
      output: k === 4 ? 'same' : `${who} ${k}`,
    }))
  const cellOf = async (key: string, label: string, who: string) =>
    (
      await importRows(study, `${key}.json`, answers(who), {
        ...place,
        armKey: key,
        armLabel: label,
      })
    ).cellId
  const small = await cellOf('small', 'Small', 'S')
  const large = await cellOf('large', 'Large', 'L')
  addTestRun(
    study.db,
    { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'h1' },
    { [small]: [50, 10, 40, 'unparsed', 70, 30], [large]: [20, 60, 40, 50, 10, 90] },
  )
}

describe('preference pairs', () => {
  it('chooses the better response by a column and counts ties, missing values, other prompts and equal answers', async () => {
    await twoEvolvers()
    const pairs = { of: 'response', by: SCORE, better: 'higher', margin: 0 } as const
    expect(await lines(request(pairs, { lineage: true, metrics: true }))).toEqual([
      {
        instruction: 'evolved 0',
        input: 'input 0',
        chosen: 'S 0',
        rejected: 'L 0',
        study: 'Test',
        seed_set: 'general',
        slot: 0,
        chosen_evolver: 'small',
        chosen_round: 1,
        chosen_operator: null,
        rejected_evolver: 'large',
        rejected_round: 1,
        rejected_operator: null,
        [`chosen_${SCORE}`]: 50,
        [`chosen_${SCORE}_status`]: 'ok',
        [`rejected_${SCORE}`]: 20,
        [`rejected_${SCORE}_status`]: 'ok',
      },
      expect.objectContaining({ instruction: 'evolved 1', chosen: 'L 1', rejected: 'S 1' }),
    ])
    const check = await checkExport(study.db, request(pairs))
    expect(check).toMatchObject({ rows: 2, rowsKept: 2, blocking: [] })
    expect(Object.fromEntries(check.warnings.map(({ rule, rows }) => [rule, rows]))).toEqual({
      pairs_tie: 1,
      pairs_no_value: 1,
      pairs_other_prompt: 1,
      pairs_same_answer: 1,
    })
    const lower = await lines(request({ ...pairs, better: 'lower', margin: 30 }))
    expect(lower).toEqual([expect.objectContaining({ chosen: 'S 1', rejected: 'L 1' })])
  })

  it('pairs what two evolvers made of one seed, whose text is the prompt', async () => {
    await twoEvolvers()
    const pairs = { of: 'instruction', by: SCORE, better: 'higher', margin: 0 } as const
    const made = await lines(request(pairs))
    expect(made).toEqual([
      {
        instruction: 'seed 5',
        input: 'input 5',
        chosen: 'L asks\ninput 5',
        rejected: 'S asks\ninput 5',
      },
    ])
  })

  it('writes a LLaMA-Factory ranking bundle without being told its stage, with the counts in the recipe', async () => {
    await twoEvolvers()
    const pairs = { of: 'response', by: SCORE, better: 'higher', margin: 0 } as const
    const files = unzipSync(await written(request(pairs, { format: 'llama-factory' })))
    const text = (name: string) => Buffer.from(files[name] ?? []).toString()
    expect(JSON.parse(text('pairs.json'))).toEqual([
      { instruction: 'evolved 0', input: 'input 0', chosen: 'S 0', rejected: 'L 0' },
      { instruction: 'evolved 1', input: 'input 1', chosen: 'L 1', rejected: 'S 1' },
    ])
    expect(JSON.parse(text('dataset_info.json'))).toMatchObject({
      pairs: { ranking: true, columns: { chosen: 'chosen', rejected: 'rejected' } },
    })
    expect(text('train_dpo.yaml')).toContain('stage: dpo')
    expect(parse(text('recipe.yaml'))).toMatchObject({
      pairs: {
        ...pairs,
        pairs: 2,
        left_out: { tie: 1, no_value: 1, other_prompt: 1, same_answer: 1 },
      },
      metric_cards: expect.arrayContaining([expect.objectContaining({ column: SCORE })]),
    })
    const side = text('pairs.meta.jsonl').trimEnd().split('\n')
    expect(JSON.parse(side[1] ?? '')).toMatchObject({
      chosen_evolver: 'large',
      rejected_evolver: 'small',
      [`chosen_${SCORE}`]: 60,
    })
  })

  it('keeps the turns before the answer where the rows are chats', async () => {
    const chat = (answer: string) => [
      {
        conversations: [
          { from: 'system', value: 's' },
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'r' },
          { from: 'human', value: 'q2' },
          { from: 'gpt', value: answer },
        ],
      },
    ]
    await importRows(study, 'seeds.json', chat('S'), {
      armKey: null,
      round: 0,
      seedSetKey: 'general',
    })
    const cellOf = async (key: string, answer: string) =>
      (
        await importRows(study, `${key}.json`, chat(answer), {
          armKey: key,
          armLabel: key,
          ...place,
        })
      ).cellId
    const [a, b] = [await cellOf('a', 'A'), await cellOf('b', 'B')]
    addTestRun(
      study.db,
      { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'h1' },
      { [a]: [1], [b]: [2] },
    )
    const pairs = { of: 'response', by: SCORE, better: 'higher', margin: 0 } as const
    expect(await lines(request(pairs))).toEqual([
      { conversations: chat('B')[0]?.conversations.slice(0, -1), chosen: 'B', rejected: 'A' },
    ])
    const files = unzipSync(await written(request(pairs, { format: 'llama-factory' })))
    expect(JSON.parse(Buffer.from(files['pairs.json'] ?? []).toString())).toMatchObject([
      { chosen: { from: 'gpt', value: 'B' }, rejected: { from: 'gpt', value: 'A' } },
    ])
  })

  it('takes the verdicts of a blind session that has ended, and none of an open one', async () => {
    const made = async (key: string) =>
      importRows(study, `${key}.json`, alpacaRows(4, key), { ...place, armKey: key, armLabel: key })
    await importRows(study, 'seeds.json', alpacaRows(4, 'seed'), {
      armKey: null,
      round: 0,
      seedSetKey: 'general',
    })
    await made('small')
    await made('large')
    const plan = blindPlanSchema.parse({
      a: { arm: 'small', round: 1 },
      b: { arm: 'large', round: 1 },
      size: 4,
    })
    const draw = (one: typeof plan) => drawBlindPairs(study.db, study.studyId, one)
    const { id } = await startSession(study.db, study.studyId, { person: 'P', plan }, draw)
    const pairs = { of: 'instruction', by: bySession(id), better: 'higher', margin: 0 } as const
    await expect(checkExport(study.db, request(pairs))).rejects.toMatchObject({ code: 'conflict' })
    const { pairs: drawn } = getSession(study.db, study.studyId, id)
    const verdicts = drawn.map(({ isALeft }, no) => {
      const forB = isALeft ? ('right' as const) : ('left' as const)
      return no === 0 ? ('tie' as const) : no === 1 ? ('skip' as const) : forB
    })
    for (const [no, verdict] of verdicts.entries())
      giveVerdict(study.db, study.studyId, id, { no, verdict, ms: 1 })
    endSession(study.db, study.studyId, id)
    const check = await checkExport(study.db, request(pairs))
    expect(check).toMatchObject({ rows: 2, rowsKept: 2 })
    expect(check.warnings.map(({ rule, rows }) => [rule, rows])).toEqual([
      ['pairs_tie', 1],
      ['pairs_no_value', 1],
    ])
    const rows = await lines(request(pairs))
    const judged = drawn.slice(2).map(({ slot }) => slot)
    expect(
      rows.map(({ chosen, rejected, instruction }) => [instruction, chosen, rejected]),
    ).toEqual(
      judged.map((slot) => [
        `seed ${slot}`,
        `large ${slot}\ninput ${slot}`,
        `small ${slot}\ninput ${slot}`,
      ]),
    )
  })

  it('says why there is no pair, and refuses a column without an order', async () => {
    await importRows(study, 'one.json', alpacaRows(2, 'x'), {
      ...place,
      armKey: 'a',
      armLabel: 'A',
      align: 'none',
    })
    const pairs = { of: 'response', by: 'added_words.words', better: 'higher', margin: 0 } as const
    const check = await checkExport(study.db, request(pairs, { metrics: false }))
    expect(check).toMatchObject({ rows: 0, blocking: [{ rule: 'no_rows' }] })
    expect(check.warnings.map(({ rule, rows }) => [rule, rows])).toEqual([['pairs_no_seed', 2]])
    await expect(openExport(study.db, request(pairs))).rejects.toThrow(/No two rows/)
    await expect(checkExport(study.db, request({ ...pairs, by: 'mnd.neighbour' }))).rejects.toThrow(
      /no order/,
    )
  })
})
