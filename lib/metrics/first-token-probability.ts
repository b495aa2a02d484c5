import { z } from 'zod'
import { GREEDY, type GenerateReply, type GenerateRequest } from '@/lib/backends/types'
import { renderPrompt, type Prompt } from '@/lib/prompts/prompt'
import { whole } from './params'
import {
  promptParams,
  promptsForRow,
  promptsInUse,
  settlePrompts,
  settleRecorded,
} from './first-token/prompts'
import { askRows, promptUse } from './judging/ask'
import type { RowPlan } from './judging/ask'
import { stubReply, stubTools } from './example-tools'
import type { MetricRow, MetricTools, OutputSpec, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'first_token_probability'
// The published figure pools the first five tokens.
const DEFAULT_K = 5
// At or below this a server has clamped minus infinity.
const FLOOR = -9998

const params = z.object({
  ...promptParams,
  k: whole(
    { min: 1, max: 20, preset: DEFAULT_K },
    'How many tokens are generated and measured per row.',
  ),
  alternatives: whole(
    { min: 0, max: 20, preset: 0 },
    'How many alternatives per token are kept with the row, where the backend returns them.',
  ),
})
type Params = z.infer<typeof params>

function outputs(k: number): readonly OutputSpec[] {
  return [
    {
      key: 'p',
      label: 'first-token probability',
      shape: 'vector',
      dtype: 'f64',
      length: k,
      unit: '',
      range: [0, 1],
      direction: 'higher',
      directionMeans: 'The evolver is surer of how its rewriting begins.',
      description: `Probability of each of the first ${k} tokens of the evolver's own greedy reply.`,
    },
    {
      key: 'n',
      label: 'tokens generated',
      shape: 'scalar',
      dtype: 'f64',
      unit: 'tokens',
      range: [0, k],
      direction: 'none',
      directionMeans: 'Fewer than asked only when the reply ended.',
      description: 'Number of tokens that the reply has, at most k.',
      hidden: true,
    },
  ]
}

function requestOf(prompt: Prompt, instruction: string, chosen: Params): GenerateRequest {
  const { k, alternatives } = chosen
  const content = renderPrompt(prompt, { instruction })
  const params = { ...GREEDY, maxTokens: k, topLogprobs: alternatives }
  return { messages: [{ role: 'user', content }], params }
}

/** A request for each prompt of a row, or the result of one that is not asked. */
function plansOf(row: MetricRow, chosen: Params): { plans: RowPlan[]; remark: string | null } {
  const { index, parent } = row
  const answered = (result: RowResult) => ({ plans: [{ result }], remark: null })
  if (parent === null) return answered({ index, status: 'no_parent', values: {} })
  const { instruction } = parent
  if (instruction === '') return answered({ index, status: 'empty_instruction', values: {} })
  const asked = promptsForRow(row, chosen)
  if ('result' in asked) return answered(asked.result)
  const plans = asked.prompts.map((prompt) => ({
    request: requestOf(prompt, instruction, chosen),
  }))
  return { plans, remark: asked.remark }
}

function readRow(
  { index }: MetricRow,
  reply: GenerateReply,
  { k }: Params,
  remark: string | null,
): RowResult {
  if (reply.tokens === undefined) return { index, status: 'backend_unsupported', values: {} }
  const tokens = reply.tokens.slice(0, k)
  const detail = { reply: reply.text, tokens, ...(remark === null ? {} : { message: remark }) }
  if (tokens.length === 0) return { index, status: 'empty', values: {}, detail }
  if (tokens.some(({ logprob }) => logprob <= FLOOR)) {
    return { index, status: 'backend_floor', values: {}, detail }
  }
  const p = Array.from({ length: k }, (_, i) => Math.exp(tokens[i]?.logprob ?? NaN))
  if (tokens.some(({ logprob }) => !Number.isFinite(logprob))) {
    const message = 'The backend returned a token without a log-probability.'
    return { index, status: 'error', values: {}, detail: { ...detail, message } }
  }
  return { index, status: 'ok', values: { p, n: tokens.length }, detail }
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The mean over prompts, position by position; a position that a reply did not reach has the mean of the others. */
function averaged(results: readonly RowResult[], { k }: Params): RowResult {
  const [first] = results as [RowResult]
  // A mean over some of the operators would be another number.
  const failed = results.find(({ status }) => status !== 'ok')
  if (failed || results.length === 1) return failed ?? first
  const each = results.map(({ values }) => values['p'] as number[])
  const p = Array.from({ length: k }, (_, i) =>
    mean(each.map((one) => one[i] ?? NaN).filter((value) => !Number.isNaN(value))),
  )
  const n = mean(results.map(({ values }) => values['n'] as number))
  const replies = results.map(({ detail }) => detail?.['reply'])
  const message = first.detail?.['message']
  return {
    index: first.index,
    status: 'ok',
    values: { p, n },
    detail: { replies, ...(message === undefined ? {} : { message }) },
  }
}

async function computeBatch(
  rows: readonly MetricRow[],
  chosen: Params,
  tools: MetricTools,
): Promise<RowResult[]> {
  const asked = rows.map((row) => ({ row, ...plansOf(row, chosen) }))
  const parts = asked.flatMap(({ row, plans, remark }) =>
    plans.map((plan) => ({ part: { ...row }, plan, remark })),
  )
  const byPart = new Map<MetricRow, (typeof parts)[number]>(parts.map((one) => [one.part, one]))
  const of = (part: MetricRow) => byPart.get(part) as (typeof parts)[number]
  const results = await askRows(
    ID,
    [...byPart.keys()],
    tools,
    (part) => of(part).plan,
    (part, reply) => readRow(part, reply, chosen, of(part).remark),
  )
  let at = 0
  return asked.map(({ plans }) => {
    const own = results.slice(at, at + plans.length)
    at += plans.length
    return averaged(own, chosen)
  })
}

/** How sure an evolver is of the first tokens of its rewriting. */
export const firstTokenProbability = defineMetric({
  kind: 'measured',
  scope: 'row',
  id: ID,
  version: 2,
  label: 'First-token probabilities',
  description:
    "Probabilities of the first tokens that a model generates when it is asked to evolve the row's parent by the row's operator, or by a prompt that you name; where operators are averaged, the mean over their prompts.",
  formula: 'p_t = exp(log-probability of generated token t), t = 1..k, greedy',
  source: 'arXiv 2412.11231, token-probability figure and its script; own wording of the prompts',
  needs: ['chat', 'outputLogprobs'],
  inputs: { response: false, parent: true },
  params,
  outputs: outputs(DEFAULT_K),
  outputsFor: ({ k }) => outputs(k),
  settle: settlePrompts,
  settleRecorded,
  prompts: (chosen) => promptsInUse(chosen).map(promptUse),
  // Only k tokens are generated a row, so twice as many rows as for a judge end within a second or two.
  batchRows: 32,
  computeBatch,
  examples: [
    {
      name: 'a reply of two tokens, and rows without parent, without operator, with a foreign one and evolved by another text',
      run: runExample,
      expected: {
        first: 0.5,
        second: 0.25,
        third: null,
        n: 2,
        orphan: 'no_parent',
        unknown: 'no_operator',
        foreign: 'not_applicable',
        reworded: 'not_applicable',
      },
    },
  ],
})

async function runExample(): Promise<Record<string, number | string | null>> {
  const row = { input: null, response: null, instruction: 'child' }
  const parent = { instruction: 'parent', input: null }
  const tools = stubTools({
    async generate() {
      const token = (p: number) => ({ text: 't', id: null, logprob: Math.log(p), top: [] })
      return stubReply({ text: 'tt', tokens: [token(0.5), token(0.25)] })
    },
  })
  const [good, orphan, foreign, reworded, unknown] = await computeBatch(
    [
      { ...row, index: 0, parent, operator: 'deepen' },
      { ...row, index: 1, parent: null, operator: 'deepen' },
      { ...row, index: 2, parent, operator: 'autoif' },
      { ...row, index: 3, parent, operator: 'deepen', promptHashes: { 'evolve-deepen': 'own' } },
      { ...row, index: 4, parent, operator: null },
    ],
    params.parse({}),
    tools,
  )
  const p = good?.values['p'] as number[]
  return {
    first: p[0] as number,
    second: p[1] as number,
    third: Number.isNaN(p[2]) ? null : (p[2] as number),
    n: good?.values['n'] as number,
    orphan: orphan?.status ?? null,
    unknown: unknown?.status ?? null,
    foreign: foreign?.status ?? null,
    reworded: reworded?.status ?? null,
  }
}
