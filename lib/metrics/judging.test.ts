import { describe, expect, it } from 'vitest'
import type { GenerateReply, GenerateRequest } from '@/lib/backends/types'
import { AppError } from '@/lib/errors'
import { evolvePrompt } from '@/lib/prompts'
import { getMeasured, parseParams } from './index'
import { stubTools } from './stub-tools'
import type { MetricRow } from './types'

function makeRow(index: number, extra: Partial<MetricRow> = {}): MetricRow {
  return {
    index,
    instruction: `task ${index}`,
    input: 'in',
    response: null,
    parent: null,
    operator: null,
    ...extra,
  }
}

async function run(
  id: string,
  rows: MetricRow[],
  reply: (request: GenerateRequest) => Partial<GenerateReply>,
  params: unknown = {},
) {
  const metric = getMeasured(id)
  const requests: GenerateRequest[] = []
  const tools = stubTools({
    async generate(request) {
      requests.push(request)
      const usage = { promptTokens: 1, completionTokens: 1 }
      return {
        text: '',
        finishReason: 'stop',
        usage,
        model: 'stub',
        latencyMs: 0,
        ...reply(request),
      }
    },
  })
  const results = await metric.computeBatch?.(rows, parseParams(metric, params), tools)
  if (!results) throw new Error('no results')
  return { results, requests }
}

describe('judges', () => {
  it('ask greedily with the instruction only', async () => {
    const { requests, results } = await run('difficulty_level', [makeRow(0)], () => ({
      text: ' hard\n',
    }))
    expect(requests[0]?.params).toMatchObject({ temperature: 0, maxTokens: 2048, jsonSchema: null })
    expect(requests[0]?.messages).toHaveLength(1)
    expect(requests[0]?.messages[0]?.content).toContain('task 0')
    expect(requests[0]?.messages[0]?.content).not.toContain('in\n')
    expect(results[0]).toEqual({
      index: 0,
      status: 'ok',
      values: { level: 4 },
      detail: { reply: ' hard\n', rule: 'exact', exact: true, finishReason: 'stop' },
    })
  })

  it('keep an exact answer of a cut reply, and no other', async () => {
    const cut = (text: string) =>
      run('difficulty_level', [makeRow(0)], () => ({ text, finishReason: 'length' }))
    expect((await cut('hard')).results[0]).toMatchObject({ status: 'ok', values: { level: 4 } })
    expect((await cut('It is hard, or')).results[0]).toMatchObject({
      status: 'truncated',
      values: { level: null },
    })
  })

  it('read exactly when told so', async () => {
    const reply = () => ({ text: 'Hard.' })
    const exact = await run('difficulty_level', [makeRow(0)], reply, { parse: 'exact' })
    expect(exact.results[0]?.status).toBe('unparsed')
    const tolerant = await run('difficulty_level', [makeRow(0)], reply)
    expect(tolerant.results[0]).toMatchObject({ status: 'repaired', detail: { exact: false } })
  })

  it('constrain the reply by a schema', async () => {
    const params = { constrained: true }
    const level = await run(
      'difficulty_level',
      [makeRow(0)],
      () => ({ text: '{"difficulty":"easy"}' }),
      params,
    )
    expect(level.requests[0]?.params.jsonSchema).toMatchObject({ required: ['difficulty'] })
    expect(level.results[0]).toMatchObject({
      status: 'ok',
      values: { level: 2 },
      detail: { exact: null },
    })
    const score = await run(
      'difficulty_score',
      [makeRow(0)],
      () => ({ text: '{"score":7}' }),
      params,
    )
    expect(score.results[0]).toMatchObject({ status: 'ok', values: { score: 7 } })
  })

  it('use a text of the user, whose hash is in the definition', async () => {
    const promptText = 'Judge this: {instruction}'
    const { requests } = await run('difficulty_score', [makeRow(0)], () => ({ text: '5' }), {
      promptText,
    })
    expect(requests[0]?.messages[0]?.content).toBe('Judge this: task 0')
    const metric = getMeasured('difficulty_score')
    const own = metric.prompts(parseParams(metric, {}))[0]
    const changed = metric.prompts(parseParams(metric, { promptText }))[0]
    expect(changed).toMatchObject({ id: own?.id, text: promptText, version: 'custom' })
    expect(changed?.hash).not.toBe(own?.hash)
  })

  it('do not ask about an empty instruction, and keep a failed request with its row', async () => {
    const rows = [makeRow(0, { instruction: '' }), makeRow(1), makeRow(2)]
    const { requests, results } = await run('difficulty_score', rows, ({ messages }) => {
      if (messages[0]?.content.includes('task 1')) throw new AppError('data_error', 'too long')
      return { text: '50' }
    })
    expect(requests).toHaveLength(2)
    expect(results.map(({ status }) => status)).toEqual(['empty_instruction', 'error', 'ok'])
    expect(results[1]?.detail).toEqual({ message: 'too long' })
  })

  it('pass on that the backend is gone', async () => {
    const gone = run('difficulty_level', [makeRow(0)], () => {
      throw new AppError('backend_unavailable', 'gone')
    })
    await expect(gone).rejects.toMatchObject({ code: 'backend_unavailable' })
  })
})

describe('first-token probabilities', () => {
  const parent = { instruction: 'Name {a} colour.', input: 'unused' }
  const token = (logprob: number) => ({ text: 'x', id: 1, logprob, top: [] })

  it("asks for the row's own evolution request", async () => {
    const row = makeRow(4, { parent, operator: 'breadth' })
    const tokens = [0, -1, -2, -3, -4, -5].map(token)
    const { requests, results } = await run('first_token_probability', [row], () => ({ tokens }))
    expect(requests[0]?.params).toMatchObject({ temperature: 0, maxTokens: 5, topLogprobs: 0 })
    const expected = evolvePrompt('breadth').template.replace(
      '{instruction}',
      () => parent.instruction,
    )
    expect(requests[0]?.messages).toEqual([{ role: 'user', content: expected }])
    expect(results[0]?.values['p']).toEqual([0, -1, -2, -3, -4].map(Math.exp))
    expect(results[0]?.values['n']).toBe(5)
    expect(results[0]?.detail?.['tokens']).toHaveLength(5)
  })

  it('types what it cannot measure', async () => {
    const row = (operator: string, instruction = 'p') =>
      makeRow(0, { operator, parent: { instruction, input: null } })
    const status = async (rows: MetricRow[], reply: Partial<GenerateReply>) =>
      (await run('first_token_probability', rows, () => reply)).results[0]?.status
    expect(await status([row('deepen')], {})).toBe('backend_unsupported')
    expect(await status([row('deepen')], { tokens: [] })).toBe('empty')
    expect(await status([row('deepen')], { tokens: [token(-9999)] })).toBe('backend_floor')
    expect(await status([row('deepen')], { tokens: [token(NaN)] })).toBe('error')
    expect(await status([row('deepen', '')], {})).toBe('empty_instruction')
    expect(await status([makeRow(0, { operator: 'deepen' })], {})).toBe('no_parent')
    expect(await status([makeRow(0, { parent })], {})).toBe('no_parent')
  })
})
