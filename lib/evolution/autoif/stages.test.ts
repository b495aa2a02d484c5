import { describe, expect, it } from 'vitest'
import { passMatrixSchema, planSchema, type StageItem } from '@/lib/contracts/experiment'
import { getPrompt } from '@/lib/prompts'
import type { AskStage, Asking, Reading, SeedRow, StageData, WorkItem, WorkStage } from '../types'
import { checkersStage, checkStage } from './checkers'
import { consistentStage } from './consistency'
import { augmentStage, constraintsStage } from './constraints'
import { countQueries, equalStage, fitStage, joinStage, queriesStage } from './rows'

const ASKING: Asking = { key: 'a', seedOffset: 0, content: () => '' }
const ON = {
  signal: new AbortController().signal,
  progress: () => undefined,
  kept: () => null,
  checks: {
    width: 3,
    runChecks: async (functions: readonly string[], cases: readonly unknown[]) =>
      functions.map(() => cases.map(() => 'pass' as const)),
  },
}

function item(key: string, made: Partial<Reading>): StageItem {
  const reading = { status: 'ok', reason: null, value: '', ...made } as const
  return { key, position: 0, raw: null, message: null, finishReason: null, attempt: 1, ...reading }
}

function dataOf(
  items: Record<string, StageItem[]>,
  scenario: Record<string, unknown> = {},
  seeds: SeedRow[] = [],
): StageData {
  const plan = planSchema.parse({
    name: 'Test',
    scenario: { kind: 'autoif', constraints: 'Use no commas.', ...scenario },
    arms: [
      { key: 'one', label: 'One', backend: 'fake' },
      { key: 'two', label: 'Two', backend: 'fake' },
    ],
  })
  return {
    plan,
    arm: plan.arms[0] ?? null,
    seeds: () => seeds,
    items: (stage, arm) => items[arm === undefined ? stage : `${stage} ${arm}`] ?? [],
    prompt: getPrompt,
  }
}

async function work(stage: WorkStage, data: StageData, tools = ON): Promise<WorkItem[]> {
  const made: WorkItem[] = []
  for await (const one of stage.work(data, tools)) made.push(one)
  return made
}

function readOf(stage: AskStage, data = dataOf({}, { queryScore: 8 })) {
  return (text: string, finishReason = 'stop') => {
    const { status, reason } = stage.read({ text, finishReason }, ASKING, data)
    return [status, reason]
  }
}

function counts(items: readonly { status: string; reason: string | null }[]) {
  const found: Record<string, number> = {}
  for (const { status, reason } of items) {
    const name = reason ?? status
    found[name] = (found[name] ?? 0) + 1
  }
  return found
}

describe('more constraints', () => {
  it('are asked by one request that holds those to begin with and how many are wanted', () => {
    const askings = augmentStage.askings(dataOf({}))
    expect(askings).toHaveLength(100)
    expect(new Set(askings.map(({ content }) => content())).size).toBe(1)
    expect(askings[0]?.content()).toContain('\n- Use no commas.\n\nWrite 50 new constraints.')
    expect(new Set(askings.map(({ seedOffset }) => seedOffset)).size).toBe(100)
  })

  it('are read from a list; refusals, prose and empty replies are not one', () => {
    const read = readOf(augmentStage)
    expect(read('- Use no commas.\n- Use no dots.')).toEqual(['ok', null])
    expect(read('Use no commas.\nUse no dots.')).toEqual(['repaired', 'no_marks'])
    expect(read('- Use no commas.\n- Use no do', 'length')).toEqual(['repaired', 'truncated'])
    expect(read('- Use no com', 'length')).toEqual(['failed', 'truncated'])
    expect(read(' \n')).toEqual(['failed', 'empty'])
    expect(read('Constraints are a nice thing to have.')).toEqual(['failed', 'no_list'])
    expect(read("I'm sorry, but I can't help with that.\nAsk me anything else.")).toEqual([
      'failed',
      'refused',
    ])
  })

  it('count once, however often they were written', async () => {
    const same = Array.from({ length: 50 }, () => 'Use no commas.')
    const replies = Array.from({ length: 20 }, (_, n) =>
      item(`request:${n}`, { value: { lines: same, besides: n === 0 ? ['Sure!'] : [] } }),
    )
    const failed = item('request:20', { status: 'failed', value: { lines: ['x'], besides: [] } })
    const long = item('request:21', { value: { lines: ['y'.repeat(2000)], besides: [] } })
    const made = await work(constraintsStage, dataOf({ augment: [...replies, failed, long] }))
    // A thousand lines and the one of the plan.
    expect(counts(made)).toEqual({ ok: 1, duplicate: 1000, not_in_list: 1, too_long: 1 })
    expect(new Set(made.map(({ key }) => key)).size).toBe(made.length)
  })
})

describe('checking functions', () => {
  const CONSTRAINTS = [item('00000a', { value: 'One.' }), item('00000b', { value: 'Two.' })]
  const checker = (func: string) => ({ func, cases: [['a', true]], repairs: [] })

  it('are asked eight times for each constraint, each time with another seed', () => {
    const askings = checkersStage.askings(dataOf({ constraints: CONSTRAINTS }))
    expect(askings).toHaveLength(16)
    expect(new Set(askings.map(({ seedOffset }) => seedOffset)).size).toBe(16)
    expect(askings[8]?.content()).toContain('Two.')
  })

  it('say why a reply holds none, and whether it was cut', () => {
    const read = readOf(checkersStage)
    expect(read('')).toEqual(['failed', 'empty'])
    expect(read('No.')).toEqual(['failed', 'no_block'])
    expect(read('```json\n{"func": "def eval', 'length')).toEqual(['failed', 'truncated'])
    expect(
      read('```json\n{"func": "def evaluate(r): return 1", "cases": [["a", true]],}\n```'),
    ).toEqual(['repaired', 'trailing_comma+case_lists'])
  })

  it('are missing where every reply failed, which needs no sandbox', async () => {
    const failed = item('00000a:0', { status: 'failed', reason: 'no_block' })
    const data = dataOf({ constraints: CONSTRAINTS, checkers: [failed] })
    const made = await work(checkStage, data, { ...ON, checks: null } as never)
    expect(counts(made)).toEqual({ no_function: 2 })
    const few = dataOf(
      { constraints: CONSTRAINTS, checkers: [item('00000a:0', { value: checker('f') })] },
      { minFunctions: 3, minCases: 10 },
    )
    expect(counts(await work(checkStage, few))).toEqual({ few_functions: 1, no_function: 1 })
  })

  it('come in the order of their constraints, whichever ends first, and one failure ends the stage', async () => {
    const many = Array.from({ length: 7 }, (_, n) => item(`00000${n}`, { value: `No ${n}.` }))
    const checkers = many.map(({ key }, n) => item(`${key}:0`, { value: checker(`f${n}`) }))
    const data = dataOf({ constraints: many, checkers })
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    const slow = {
      width: 3,
      async runChecks([source]: readonly string[]) {
        if (source === 'f0') await wait(20)
        return [['pass' as const]]
      },
    }
    const made = await work(checkStage, data, { ...ON, checks: slow })
    expect(made.map(({ key }) => key)).toEqual(many.map(({ key }) => key))
    expect(passMatrixSchema.parse(made[3]?.value)).toMatchObject({ constraint: 'No 3.' })
    const broken = { width: 3, runChecks: () => Promise.reject(new Error('gone')) }
    await expect(work(checkStage, data, { ...ON, checks: broken })).rejects.toThrow('gone')
  })
})

describe('the judge model', () => {
  it.each<[AskStage, string, string, string | null]>([
    [consistentStage, 'entailment', 'ok', null],
    [consistentStage, 'Neutral.', 'repaired', 'other_form'],
    [consistentStage, 'contradiction', 'dropped', 'contradiction'],
    [consistentStage, 'They are the same.', 'failed', 'unparsed'],
    [consistentStage, 'entailment or contradiction', 'failed', 'unparsed'],
    [fitStage, '9', 'ok', null],
    [fitStage, 'Score: 8/10', 'repaired', 'other_form'],
    [fitStage, '7', 'dropped', 'low_score'],
    [fitStage, '11', 'failed', 'unparsed'],
    [fitStage, 'very good', 'failed', 'unparsed'],
  ])('in $id says "%s": %s (%s)', (stage, text, status, reason) => {
    expect(readOf(stage)(text)).toEqual([status, reason])
  })
})

describe('queries and draws', () => {
  const seed = (idx: number, instruction: string, input: string | null = null) => ({
    setKey: 's',
    idx,
    instruction,
    input,
  })

  it('takes texts of more than 20 and less than 300 characters, each once', async () => {
    const seeds = [
      seed(0, 'x'.repeat(20)),
      seed(1, 'x'.repeat(21)),
      seed(2, 'x'.repeat(299)),
      seed(3, 'x'.repeat(300)),
      // Twenty-one characters, forty-two units.
      seed(4, '\u{1F600}'.repeat(21)),
      seed(5, 'x'.repeat(21)),
      seed(6, 'A short task', 'with an input'),
      seed(7, ''),
    ]
    const made = await work(queriesStage, dataOf({}, {}, seeds))
    expect(made.map(({ reason }) => reason)).toEqual([
      'too_short',
      null,
      null,
      'too_long',
      null,
      'duplicate',
      null,
      'too_short',
    ])
    expect(made[6]?.value).toBe('A short task\nwith an input')
    expect(countQueries(seeds)).toBe(4)
  })

  const matrix = (constraint: string) => ({
    constraint,
    functions: [{ source: 'f', accuracy: 1, kept: true }],
    cases: [{ case: ['a', true], kept: true }],
    outcomes: [['pass']],
  })
  const checked = (n: number, name: string) =>
    Array.from({ length: n }, (_, at) => item(`${name}${at}`, { value: matrix(`${name} ${at}`) }))

  it('draws as many constraints of each evolver as the one with the fewest has, by the seed', async () => {
    // The yields of the study: 780 and 420 constraints, 420 of each.
    const items = { 'check one': checked(780, 'a'), 'check two': checked(420, 'b') }
    const drawn = await work(equalStage('check'), dataOf(items))
    expect(counts(drawn)).toEqual({ ok: 840, surplus: 360 })
    const again = await work(equalStage('check'), dataOf(items))
    expect(again).toEqual(drawn)
    const other = await work(equalStage('check'), dataOf(items, { seed: 5 }))
    expect(other).not.toEqual(drawn)
    expect(counts(await work(equalStage('check'), dataOf(items, { equal: false })))).toEqual({
      ok: 1200,
    })
    const limited = await work(equalStage('check'), dataOf(items, { draw: 100 }))
    expect(counts(limited)).toEqual({ ok: 200, surplus: 1000 })
  })

  it('joins each constraint with 16 different queries: 420 make 6,720 rows', async () => {
    const queries = Array.from({ length: 50 }, (_, n) => item(`s:${n}`, { value: `Query ${n}` }))
    const own = checked(420, 'a')
    const equal = own.map(({ key }) =>
      item(`one:${key}`, { value: { arm: 'one', constraint: key } }),
    )
    const items = { queries, equal, check: own }
    const made = await work(joinStage(false), dataOf(items))
    expect(made).toHaveLength(6720)
    expect(new Set(made.map(({ key }) => key)).size).toBe(6720)
    const used = new Set(made.map(({ key }) => key.split(':').at(-1)))
    expect(used.size).toBe(50)
    const join = made.map((one) => item(one.key, one))
    const [draft] = joinStage(false).publish?.(dataOf({ ...items, join })) ?? []
    expect(draft).toMatchObject({ seedSetKey: 'autoif', round: 1, parent: null })
    expect(draft?.rows).toHaveLength(6720)
    expect(draft?.rows[0]).toMatchObject({
      instruction: 'a 0',
      extra: { operator: 'autoif', eval_func: ['f'], cases: [['a', true]] },
    })
  })
})
