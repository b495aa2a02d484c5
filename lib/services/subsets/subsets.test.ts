import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { statusCode } from '@/lib/contracts/status'
import {
  compareSubsetsSchema,
  subsetKitSchema,
  subsetRulesSchema,
  type SubsetRule,
} from '@/lib/contracts/subset'
import { columnOf, storeRun } from '@/lib/testing/columns'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { realignStudy } from '../alignments'
import { currentCells } from '../cells'
import { exportRecipe, listExports, openExport } from '../exports'
import { listColumns } from '../columns'
import { decideOn } from '@/lib/testing/decisions'
import { filesHere } from '../files/tasks'
import { listRows, selectRows } from '../rows'
import {
  deleteSubset,
  listSubsets,
  restoreSubset,
  saveSubset,
  seededRules,
  subsetFunnel,
  subsetKit,
} from '.'
import { addBenchmark, deleteBenchmark, listBenchmarks } from './benchmarks'
import { compareSubsets } from './compare'
import { parseRuleFile, ruleFileText } from './rule-file'

let study: TestStudy
studyEach((one) => (study = one))

const ROWS = 12

async function added(name: string, content: string | Uint8Array) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-benchmark-'))
  const file = path.join(folder, name)
  await fs.writeFile(file, content)
  return addBenchmark(study.db, { path: file, name }, filesHere).finally(() =>
    fs.rm(folder, { recursive: true }),
  )
}

async function twoRounds(values: (cell: number, row: number) => number) {
  await importRows(study, 'alpaca.json', alpacaRows(ROWS, 'seed'))
  await importRows(study, 'alpaca-iter1-small.json', alpacaRows(ROWS, 'evolved'))
  realignStudy(study.db, study.studyId)
  const cells = currentCells(study.db, study.studyId)
  storeRun(study.db, study.studyId, {
    metric: 'mnd',
    cells: cells.map(({ no }, k) => {
      const mnd = columnOf(Float64Array.from({ length: ROWS }, (_, row) => values(k, row)))
      mnd.status[3] = statusCode('error')
      const neighbour = columnOf(Float64Array.from({ length: ROWS }, (_, row) => row ^ 1))
      return { cellNo: no, outputs: { mnd, neighbour } }
    }),
  })
  return cells
}

const rulesOf = (...rules: unknown[]): SubsetRule[] => subsetRulesSchema.parse(rules)
const funnel = (rules: SubsetRule[]) => subsetFunnel(study.db, study.studyId, rules)

/** Rows of a saved subset, as the rows page selects them. */
async function saved(rules: SubsetRule[], name = 'set') {
  const { rows } = await funnel(rules)
  return saveSubset(study.db, study.studyId, { name, rules }, rows)
}

const rowsBy = (id: string, inside = true) =>
  [
    ...selectRows(study.db, study.studyId, {
      ...emptyFilter(),
      where: { is: 'subset', id, inside },
    }).values(),
  ].map((rows) => [...rows])

describe('subsets', () => {
  it('keep the top of each file, ties by row order, and say what has no value', async () => {
    await twoRounds((_, row) => row % 4)
    const rules = rulesOf({ rule: 'ranked', column: 'mnd.mnd', amount: 25, unit: 'percent' })
    // Row 3 has no value: 11 rows with a value give 2 rows, of those with 3 the first two, 7 and 11.
    const found = await funnel(rules)
    expect(found.steps[0]).toMatchObject({ rowsIn: 24, rowsOut: 4, missing: { error: 2 } })
    const one = await saved(rules)
    expect(rowsBy(one.id)).toEqual([
      [7, 11],
      [7, 11],
    ])
    expect(rowsBy(one.id, false).map((rows) => rows.length)).toEqual([10, 10])
  })

  it('take the best evolver of each seed', async () => {
    await twoRounds((cell, row) => (row % 2 === cell ? 5 : 1))
    const one = await saved(
      rulesOf({ rule: 'ranked', column: 'mnd.mnd', amount: 1, unit: 'rows', within: 'seed' }),
    )
    const [seeds, evolved] = rowsBy(one.id)
    expect(seeds).toEqual([0, 2, 4, 6, 8, 10])
    expect(evolved).toEqual([1, 5, 7, 9, 11])
  })

  it('follow marks, filters, texts and distances, and a rule that is off does nothing', async () => {
    const cells = await twoRounds((_, row) => (row < 4 ? 0.01 : 1))
    decideOn(study, [{ cellId: cells[0]!.id, idx: 2 }], { kind: 'drop' })
    const found = await funnel(
      rulesOf(
        { rule: 'decisions' },
        { rule: 'filter', filter: { arms: ['seeds'] } },
        { rule: 'exact_text', text: 'response', off: true },
        { rule: 'near_text' },
        { rule: 'balance', by: 'evolver', rows: 5 },
        { rule: 'quota', by: 'round', quotas: { 0: 2 } },
      ),
    )
    expect(found.steps.map(({ rowsOut }) => rowsOut)).toEqual([23, 11, 11, 10, 5, 2])
    expect(found.steps[3]?.notes).toEqual(['1 rows without a distance stay in'])
    expect(found.cells.map(({ rows }) => rows)).toEqual([2, 0])
  })

  it('follow tags and kept rows, and a rule file carries them', async () => {
    const [seeds] = await twoRounds((_, row) => row)
    const at = (...rows: number[]) => rows.map((idx) => ({ cellId: seeds!.id, idx }))
    decideOn(study, at(1, 2, 3), { kind: 'tag', value: 'math' })
    decideOn(study, at(3), { kind: 'tag', value: 'wrong' })
    decideOn(study, at(3, 4), { kind: 'keep' })
    const marked = (rule: object) => saved(rulesOf({ rule: 'decisions', ...rule }), 'marked')
    const first = async (rule: object) => rowsBy((await marked(rule)).id)[0]
    expect(await first({ only: ['keep'] })).toEqual([3, 4])
    expect(await first({ only: ['keep'], only_tags: ['math'] })).toEqual([1, 2, 3, 4])
    const rule = { only_tags: ['math'], without_tags: ['wrong'] }
    expect(await first(rule)).toEqual([1, 2])
    const one = await marked(rule)
    const file = parseRuleFile(ruleFileText(one))
    expect(file.rules).toMatchObject([rule])
    expect((await funnel(file.rules)).hash).toBe(one.hash)
  })

  it('reach rows, exports and their recipe, which makes them again', async () => {
    await twoRounds((_, row) => row)
    const one = await saved(rulesOf({ rule: 'ranked', column: 'mnd.mnd', amount: 3, unit: 'rows' }))
    const where = { is: 'subset' as const, id: one.id, inside: true }
    const state = {
      filter: { ...emptyFilter(), where },
      sort: { column: 'position', descending: false },
      columns: [],
    }
    const page = await listRows(study.db, study.studyId, { ...state, offset: 0, limit: 9 })
    expect(page.total).toBe(6)
    const request = exportRequestSchema.parse({
      studyId: study.studyId,
      state,
      format: 'jsonl',
      name: 'set',
    })
    const open = await openExport(study.db, request)
    const text = await new Response(open.body).text()
    expect(text.trimEnd().split('\n')).toHaveLength(6)
    const recipe = parse(exportRecipe(study.db, study.studyId, open.exportId).text)
    expect(recipe).toMatchObject({
      subsets: [
        { name: 'set', hash: one.hash, rules: one.rules, steps: [{ rows_in: 24, rows_out: 6 }] },
      ],
      output_dir: expect.stringMatching(/^saves\/set-[0-9a-f]{8}$/),
      metric_cards: [{ column: 'mnd.mnd', run: { definition_hash: 'hash' } }],
    })
    expect(listExports(study.db, study.studyId)).toHaveLength(1)
    const file = parseRuleFile(ruleFileText(one))
    expect(file).toMatchObject({ name: 'set', rules: one.rules })
    expect((await funnel(file.rules)).hash).toBe(one.hash)
  })

  it('are saved once, once for each seed, and deleted', async () => {
    await twoRounds((_, row) => row)
    const rules = rulesOf({ rule: 'random', amount: 50, unit: 'percent' })
    const one = await saved(rules)
    expect((await saved(rules)).id).toBe(one.id)
    const seeded = seededRules('base', rules, [1, 2, 3])
    expect(seeded.map(({ name }) => name)).toEqual(['base-seed1', 'base-seed2', 'base-seed3'])
    const rows = new Set<string>()
    for (const { name, rules: own } of seeded) rows.add(String(rowsBy((await saved(own, name)).id)))
    expect(rows.size).toBe(3)
    expect(() => seededRules('x', rulesOf({ rule: 'decisions' }), [1])).toThrow(/draws at random/)
    deleteSubset(study.db, study.studyId, one.id)
    expect(listSubsets(study.db, study.studyId)).toHaveLength(3)
    expect(() => rowsBy(one.id)).toThrow(/no subset/)
    expect(restoreSubset(study.db, study.studyId, one.id)).toEqual(one)
    expect(rowsBy(one.id).flat()).toHaveLength(12)
    expect(() => restoreSubset(study.db, study.studyId, one.id)).toThrow(/no such deleted subset/)
  })

  it('follow the data when values change', async () => {
    const cells = await twoRounds((_, row) => row)
    const one = await saved(rulesOf({ rule: 'ranked', column: 'mnd.mnd', amount: 1, unit: 'rows' }))
    expect(rowsBy(one.id)[0]).toEqual([11])
    storeRun(study.db, study.studyId, {
      metric: 'mnd',
      definitionHash: 'other',
      pinned: true,
      cells: [
        {
          cellNo: cells[0]!.no,
          outputs: { mnd: columnOf(Float64Array.from({ length: ROWS }, (_, row) => -row)) },
        },
      ],
    })
    expect(rowsBy(one.id)[0]).toEqual([0])
  })

  it('name the rule that means nothing in a study', async () => {
    await twoRounds((_, row) => row)
    const wrong = (...rules: unknown[]) => funnel(rulesOf({ rule: 'decisions' }, ...rules))
    // What the rules before it left is known all the same.
    await expect(wrong({ rule: 'range', column: 'loss.none' })).rejects.toMatchObject({
      message: expect.stringMatching(/^Rule 2 \(Range\): There is no/),
      details: { steps: [{ rule: 'decisions', rowsIn: 24, rowsOut: 24 }] },
    })
    await expect(wrong({ rule: 'quota', by: 'round', quotas: { 7: 1 } })).rejects.toThrow(
      /no "7" in round.*0, 1/,
    )
    await expect(wrong({ rule: 'decontaminate', benchmarks: ['a'.repeat(64)] })).rejects.toThrow(
      /Add the file again/,
    )
    expect(() => parseRuleFile('evolens_subset: 1\nname: x\nrules:\n  - rule: ranked\n')).toThrow(
      /at rule 1.column/,
    )
    expect(() => parseRuleFile('a: [')).toThrow(/not YAML/)
    expect(() => parseRuleFile('evolens_subset: 1\nname: x\nrules: [{rule: sql}]')).toThrow(
      /at rule 1/,
    )
  })

  it('leave out rows that hold n-grams of a benchmark, whatever case, form and punctuation', async () => {
    const leak =
      'Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May.'
    await importRows(study, 'alpaca.json', [
      {
        instruction:
          'Answer: NATALIA sold clips — to "48" of her friends in April; and then she sold half…',
        output: 'x',
      },
      { instruction: 'Natalia sold clips to her friends', output: 'y' },
      { instruction: '问题', output: '小明有三个苹果，他又买了五个苹果！现在' },
      { instruction: 'plain', output: 'z' },
    ])
    const bytes = Buffer.from(
      `${JSON.stringify({ question: leak })}\n${JSON.stringify({ question: '小明有三个苹果,他又买了五个苹果' })}\n{"question": "too short"}\n`,
    )
    const { sha256, items } = await added('gsm.jsonl', bytes)
    expect(items).toBe(3)
    for (const n of [8, 10, 13]) {
      const { steps, rows } = await funnel(
        rulesOf({ rule: 'decontaminate', benchmarks: [sha256], n }),
      )
      expect([n, rows]).toEqual([n, 2])
      expect(steps[0]?.leaks.map(({ idx, itemNo, benchmark }) => [idx, itemNo, benchmark])).toEqual(
        [
          [0, 0, 'gsm.jsonl'],
          [2, 1, 'gsm.jsonl'],
        ],
      )
      expect(steps[0]?.leaks[0]?.ngram.split(' ')).toHaveLength(n)
      expect(steps[0]?.notes[1]).toMatch(/^1 items have fewer/)
    }
    const strict = await funnel(
      rulesOf({ rule: 'decontaminate', benchmarks: [sha256], n: 8, share: 0.9 }),
    )
    expect(strict.rows).toBe(3)
    await expect(added('a.jsonl', '{"a": 1}\n{')).rejects.toThrow(/Line 2/)
    await expect(added('a.json', '[1, 2]')).rejects.toThrow(/holds no texts/)
    await expect(added('a.txt', Buffer.from([0xff, 0xfe]))).rejects.toThrow(/not UTF-8/)
    expect((await added('a.csv', 'q,a\nwho,me\n')).items).toBe(1)
  })

  it('are compared: shared rows, origins, values, and words that the others lack', async () => {
    await twoRounds((_, row) => row)
    const seeds = await saved(rulesOf({ rule: 'filter', filter: { arms: ['seeds'] } }), 'seeds')
    const top = await saved(
      rulesOf({ rule: 'ranked', column: 'mnd.mnd', amount: 6, unit: 'rows' }),
      'top',
    )
    const evolved = await saved(rulesOf({ rule: 'filter', filter: { rounds: [1] } }), 'evolved')
    const found = await compareSubsets(
      study.db,
      study.studyId,
      compareSubsetsSchema.parse({ ids: [seeds.id, top.id, evolved.id] }),
    )
    expect(found.shared).toEqual([
      [12, 6, 0],
      [6, 12, 6],
      [0, 6, 12],
    ])
    const rounds = found.subsets.map(({ origins }) =>
      origins.find(({ origin }) => origin === 'round')?.counts.map(({ rows }) => rows),
    )
    expect(rounds).toEqual([
      [12, 0],
      [6, 6],
      [0, 12],
    ])
    const mnd = found.columns.find(({ column }) => column === 'mnd.mnd')
    // Of rows 0 to 11 without 3, and of 6 to 11.
    expect(mnd?.values[0]).toMatchObject({ n: 11, missing: 1, mean: 63 / 11, median: 6 })
    expect(mnd?.values[1]).toMatchObject({ n: 12, missing: 0, mean: 8.5, median: 8.5 })
    expect(found.drawn).toBeNull()
    expect(found.subsets.map(({ words }) => words)).toEqual([
      // Of 18 rows of the others: 12.5 to 0.5 against 6.5 to 12.5.
      [{ word: 'seed', rows: 12, elsewhere: 6, odds: expect.closeTo(25 / 0.52, 9) }],
      [],
      [{ word: 'evolved', rows: 12, elsewhere: 6, odds: expect.closeTo(25 / 0.52, 9) }],
    ])
    // A value v of 6 to 11 is above 2 (v - 1) and below 2 (11 - v) of the 22 of the others.
    expect(mnd?.values[1]?.effect).toBeCloseTo(5 / 11, 12)
  })

  it('are compared by any column and by measures over draws of equal size', async () => {
    await twoRounds((k, row) => (k === 0 ? row : 2 * row))
    const saved = (name: string, rules: unknown) =>
      saveSubset(study.db, study.studyId, { name, rules: subsetRulesSchema.parse(rules) }, 1)
    const round = (n: number) => ({ rule: 'filter', filter: { ...emptyFilter(), rounds: [n] } })
    const few = saved('few', [
      round(0),
      { rule: 'range', column: 'mnd.mnd', min: null, max: 7, missing: false },
    ])
    const evolved = saved('evolved', [round(1)])
    const ask = (more: object) =>
      compareSubsets(
        study.db,
        study.studyId,
        compareSubsetsSchema.parse({ ids: [few.id, evolved.id], ...more }),
      )
    const found = await ask({ columns: ['mnd.mnd'], measures: ['ngram_diversity'] })
    const [mnd] = found.columns
    expect(found.columns).toHaveLength(1)
    // 0 to 22 in 20 bins of 1.1; the fourth row of both has no value.
    expect(mnd?.bins.slice(0, 2)).toEqual(['0 to 1.10', '1.10 to 2.20'])
    expect(mnd?.values[0]?.counts).toEqual([2, 1, 0, 1, 1, 1, 1, ...Array(13).fill(0)])
    expect(mnd?.values[1]?.counts.reduce((sum, rows) => sum + rows, 0)).toBe(11)
    expect(mnd?.values[1]?.counts.at(-1)).toBe(1)
    // Seven rows are left of the first, so seven are drawn of the second.
    expect(found.drawn).toEqual({ n: 7, draws: 5, seed: 0 })
    const words = found.measures.find(({ key }) => key === 'n1')
    // "seed 0" to "seed 7" without 3: eight different words of fourteen.
    expect(words?.values[0]).toEqual({ mean: 8 / 14, sd: null })
    expect(words?.values[1]?.sd).not.toBeNull()
    await expect(ask({ columns: ['none.at'] })).rejects.toThrow(/no column "none.at"/)
    const { measures } = await ask({ measures: ['vendi_score'] })
    expect(measures[0]).toMatchObject({
      values: [{ mean: null }, { mean: null }],
      note: expect.stringMatching(/Minimum neighbour distance/),
    })
    await expect(ask({ measures: ['mnd'] })).rejects.toThrow(/no measure of a set/)
  })

  it('keep the benchmarks that they name', async () => {
    const { sha256 } = await added('bench.txt', 'one two three')
    const rules = subsetRulesSchema.parse([{ rule: 'decontaminate', benchmarks: [sha256] }])
    const named = saveSubset(study.db, study.studyId, { name: 'clean', rules }, 1)
    expect(() => deleteBenchmark(study.db, sha256)).toThrow(/"clean" of the study .* names/)
    deleteSubset(study.db, study.studyId, named.id)
    deleteBenchmark(study.db, sha256)
    expect(listBenchmarks(study.db)).toEqual([])
    expect(() => deleteBenchmark(study.db, sha256)).toThrow(/is not here/)
  })

  it('are described field by field for the page', () => {
    const { rules, benchmarks } = subsetKit(study.db)
    const fields = (id: string) =>
      rules.find((rule) => rule.id === id)?.params.map(({ name, type }) => `${name} ${type}`)
    expect(fields('ranked')).toEqual([
      'end enum',
      'column string',
      'amount number',
      'unit enum',
      'within enum',
    ])
    expect(fields('filter')).toEqual([])
    expect(fields('decontaminate')).toEqual(['n number', 'share number', 'text enum'])
    expect(subsetKitSchema.parse(subsetKit(study.db)).rules).toHaveLength(10)
    expect(benchmarks).toEqual([])
  })

  it('have presets over columns that there are', async () => {
    const { PRESETS } = await import('@/lib/subsets/presets')
    const known = new Set(listColumns(study.db, study.studyId, { all: true }).map(({ id }) => id))
    const used = PRESETS.flatMap(({ rules }) => rules).flatMap((rule) =>
      'column' in rule ? [rule.column] : [],
    )
    expect(used.filter((id) => !known.has(id))).toEqual([])
  })
})
