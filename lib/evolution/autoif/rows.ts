import { z } from 'zod'
import { numberParsers } from '@/lib/metrics/judging/number-parser'
import { autoifFit } from '@/lib/prompts/autoif-fit'
import { renderPrompt } from '@/lib/prompts/prompt'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import { isMade } from '../shared'
import type {
  AskStage,
  CellDraft,
  Reading,
  SeedRow,
  StageData,
  WorkItem,
  WorkStage,
} from '../types'
import { survivors, type Survivor } from './consistency'
import { optionsOf } from './shared'

// As the method: shorter texts ask nothing, longer ones are talks or documents.
const LONGER_THAN = 20
const SHORTER_THAN = 300
// Of a text that is too long; a query is shorter, in whatever units.
const SHOWN = 2 * SHORTER_THAN
// Constraints on end must not draw from overlapping streams.
const PLACE_STEP = 7_919
const SCALE = { min: 1, max: 10 }
const { tolerant } = numberParsers({ ...SCALE, integer: true, jsonKey: 'score' })

/** Returns the text of a query: the instruction of a seed, and its input where it has one. */
function queryText({ instruction, input }: SeedRow): string {
  return (input === null || input === '' ? instruction : `${instruction}\n${input}`).trim()
}

function* eachQuery(seeds: readonly SeedRow[]): Generator<WorkItem> {
  const seen = new Set<string>()
  for (const seed of seeds) {
    const text = queryText(seed)
    // Characters, not the units of JavaScript.
    const length = [...text].length
    const reason =
      length <= LONGER_THAN
        ? 'too_short'
        : length >= SHORTER_THAN
          ? 'too_long'
          : seen.has(text)
            ? 'duplicate'
            : null
    seen.add(text)
    const status = reason === null ? 'ok' : 'dropped'
    yield { key: `${seed.setKey}:${seed.idx}`, status, reason, value: text.slice(0, SHOWN) }
  }
}

/** Returns how many of the seeds can be queries. */
export function countQueries(seeds: readonly SeedRow[]): number {
  return [...eachQuery(seeds)].filter(({ reason }) => reason === null).length
}

/** The seeds that can be queries. */
export const queriesStage: WorkStage = {
  kind: 'work',
  id: 'queries',
  label: 'Queries',
  explains: `The seeds of the plan that are longer than ${LONGER_THAN} and shorter than ${SHORTER_THAN} characters, equal ones once.`,
  after: [],
  isShared: true,
  work: ({ seeds }) => eachQuery(seeds()),
}

const drawnSchema = z.object({ arm: z.string(), constraint: z.string() })

/** As many constraints of each evolver: one that has none left would leave nothing of the others and is not counted. */
function drawSize(data: StageData, found: readonly (readonly Survivor[])[]): number {
  const { equal, draw } = optionsOf(data.plan)
  const sizes = found.map((list) => list.filter(({ functions }) => functions.length > 0).length)
  const least = equal ? Math.min(...sizes.filter((size) => size > 0)) : Infinity
  return Math.min(least, draw ?? Infinity)
}

function* drawEqually(data: StageData): Generator<WorkItem> {
  const found = data.plan.arms.map(({ key }) => survivors(data, key))
  const size = drawSize(data, found)
  for (const [at, { key: arm }] of data.plan.arms.entries()) {
    const list = found[at] ?? []
    const whole = list.filter(({ functions }) => functions.length > 0)
    const places = sampleWithoutReplacement(
      whole.length,
      Math.min(size, whole.length),
      optionsOf(data.plan).seed,
    )
    const drawn = new Set([...places].map((place) => whole[place]?.key))
    for (const { key, functions } of list) {
      const reason = functions.length === 0 ? 'inconsistent' : drawn.has(key) ? null : 'surplus'
      const status = reason === null ? 'ok' : 'dropped'
      yield { key: `${arm}:${key}`, status, reason, value: { arm, constraint: key } }
    }
  }
}

/** Draws constraints so that each evolver has as many. */
export function equalStage(after: string): WorkStage {
  return {
    kind: 'work',
    id: 'equal',
    label: 'Equal draws',
    explains: 'As many constraints of each evolver, drawn by the seed.',
    after: ['check', after],
    isShared: true,
    work: drawEqually,
  }
}

const pairSchema = z.object({ constraint: z.string(), query: z.string() })

/** The nth constraint of every evolver meets the same queries, so that arms do not differ by them. */
function* joinAll(data: StageData): Generator<WorkItem> {
  const { queries, seed } = optionsOf(data.plan)
  const pool = data.items('queries').filter(isMade)
  const drawn = data
    .items('equal')
    .filter(isMade)
    .map(({ value }) => drawnSchema.parse(value))
  const own = drawn.filter(({ arm }) => arm === data.arm?.key)
  for (const [at, { constraint }] of own.entries()) {
    for (const place of sampleWithoutReplacement(
      pool.length,
      queries,
      seed + (at + 1) * PLACE_STEP,
    )) {
      const query = pool[place]?.key ?? ''
      const value = { constraint, query }
      yield { key: `${constraint}:${query}`, status: 'ok', reason: null, value }
    }
  }
}

/** The joined pairs with their texts, in order. */
function pairsOf(data: StageData) {
  const queries = new Map(data.items('queries').map(({ key, value }) => [key, String(value)]))
  const byConstraint = new Map(survivors(data).map((one) => [one.key, one]))
  return data.items('join').flatMap(({ key, value }) => {
    const { constraint, query } = pairSchema.parse(value)
    const found = byConstraint.get(constraint)
    const text = queries.get(query)
    return found && text !== undefined ? [{ key, seed: query, query: text, found }] : []
  })
}

/** One file of the rows: constraint and query, with what checks a response. */
function rowsOf(data: StageData, scores: ReadonlyMap<string, number> | null): CellDraft[] {
  const rows = pairsOf(data)
    .filter(({ key }) => scores === null || scores.has(key))
    .map(({ key, seed, query, found: { matrix, functions } }) => ({
      instruction: matrix.constraint,
      input: query,
      parentIdx: -1,
      operator: null,
      extra: {
        operator: 'autoif',
        query: seed,
        eval_func: functions,
        cases: matrix.cases.filter(({ kept }) => kept).map((one) => one.case),
        ...(scores ? { query_score: scores.get(key) } : {}),
      },
    }))
  const place = { seedSetKey: 'autoif', seedSetLabel: 'AutoIF', round: 1, parent: null }
  return rows.length === 0 ? [] : [{ ...place, rows }]
}

/** Joins constraints with queries; publishes the rows where pairs are not scored. */
export function joinStage(isScored: boolean): WorkStage {
  return {
    kind: 'work',
    id: 'join',
    label: 'Rows',
    explains:
      'Each constraint with its queries, drawn without replacement; the constraint is the instruction, the query the input.',
    after: ['queries', 'equal', 'check'],
    work: joinAll,
    ...(isScored ? {} : { publish: (data) => rowsOf(data, null) }),
  }
}

function readScore({ text }: { text: string }, least: number): Reading {
  const { value, status } = tolerant(text)
  if (value === null || (status !== 'ok' && status !== 'repaired')) {
    return { status: 'failed', reason: 'unparsed', value: '' }
  }
  if (value < least) return { status: 'dropped', reason: 'low_score', value }
  return { status, reason: status === 'ok' ? null : 'other_form', value }
}

/** Has the judge model score each pair, and publishes those that reach the least score. */
export const fitStage: AskStage = {
  kind: 'ask',
  id: 'fit',
  label: 'Scored rows',
  explains:
    'The judge model scores how well constraint and query fit; pairs below the limit are left out.',
  role: 'judge',
  after: ['queries', 'check', 'join'],
  prompts: [autoifFit.id],
  askings: (data) =>
    pairsOf(data).map(({ key, query, found }, at) => ({
      key,
      seedOffset: at,
      content: () =>
        renderPrompt(data.prompt(autoifFit.id), { query, instruction: found.matrix.constraint }),
    })),
  read: (reply, _asking, { plan }) => readScore(reply, optionsOf(plan).queryScore ?? SCALE.min),
  publish(data) {
    const made = data.items('fit').filter(isMade)
    return rowsOf(data, new Map(made.map(({ key, value }) => [key, Number(value)])))
  },
}
