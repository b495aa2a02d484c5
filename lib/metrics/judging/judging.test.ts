import { describe, expect, it } from 'vitest'
import type { GenerateReply, GenerateRequest } from '@/lib/backends/types'
import { AppError } from '@/lib/errors'
import { evolvePrompt } from '@/lib/prompts'
import { judgeLevel } from '@/lib/prompts/judge-level'
import { hashText } from '@/lib/prompts/prompt'
import {
  columnsOwner,
  getMeasured,
  getMetric,
  outputsOf,
  parseParams,
  runLabel,
} from '@/lib/metrics'
import { exampleRow, stubReply, stubTools } from '@/lib/metrics/example-tools'
import type { MetricRow } from '../types'

const makeRow = (index: number, extra: Partial<MetricRow> = {}) =>
  exampleRow({ index, instruction: `task ${index}`, input: 'in', ...extra })

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
      return stubReply(reply(request))
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
    const params = { constrained: 'always' }
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

describe('repeated judging', () => {
  it('samples at the temperature with the number of the repetition as seed', async () => {
    const { requests } = await run('difficulty_level', [makeRow(0)], () => ({ text: 'hard' }), {
      temperature: 0.7,
      repeat: 2,
    })
    expect(requests[0]?.params).toMatchObject({ temperature: 0.7, seed: 2 })
  })
})

describe('settled parameters', () => {
  const settled = (id: string, params: object, structured: boolean) => {
    const metric = getMeasured(id)
    return metric.settle?.(parseParams(metric, params), () => structured)
  }

  it('constrain the reply where the backend can, and say so', () => {
    expect(settled('difficulty_level', {}, true)).toMatchObject({ constrained: 'always' })
    expect(settled('difficulty_level', {}, false)).toMatchObject({ constrained: 'never' })
    expect(settled('difficulty_score', { constrained: 'never' }, true)).toMatchObject({
      constrained: 'never',
    })
    expect(settled('rubric', { reading: 'expected' }, true)).toMatchObject({ constrained: 'never' })
  })

  it('take the text of the program for what it is', () => {
    const promptText = `${judgeLevel.template}\r\n`
    expect(settled('difficulty_level', { promptText }, false)).toMatchObject({ promptText: '' })
  })
})

describe('expected values', () => {
  const entry = (text: string, p: number) => ({ text, id: null, logprob: Math.log(p) })
  const first = (...top: ReturnType<typeof entry>[]) => [{ ...entry('3', 0.5), top }]
  const ask = async (reply: Partial<GenerateReply>, params: object = {}) =>
    run('difficulty_expected', [makeRow(0)], () => ({ text: '3', ...reply }), params)

  it('ask for one token at temperature 0 with its alternatives', async () => {
    const { requests, results } = await ask({ tokens: first(entry('3', 0.6), entry(' 4', 0.4)) })
    expect(requests[0]?.params).toMatchObject({ temperature: 0, maxTokens: 1, topLogprobs: 20 })
    expect(requests[0]?.messages[0]?.content).toContain('to 5 (very hard)')
    expect(results[0]?.status).toBe('ok')
    expect(results[0]?.values['expected']).toBeCloseTo(3.4, 12)
    expect(results[0]?.values['sd']).toBeCloseTo(Math.sqrt(0.24), 12)
  })

  it('are typed as missing where the scale holds too little or nothing is known', async () => {
    const low = await ask({ tokens: first(entry('The', 0.7), entry('3', 0.3)) })
    expect(low.results[0]).toMatchObject({
      status: 'low_coverage',
      values: { expected: null, sd: null },
      statuses: { coverage: 'ok' },
    })
    expect((await ask({})).results[0]?.status).toBe('backend_unsupported')
    expect((await ask({ tokens: first() })).results[0]?.status).toBe('backend_unsupported')
    expect((await ask({ tokens: [] })).results[0]?.status).toBe('empty')
    // A digit above the scale is no rating on it.
    const above = await ask({ tokens: first(entry('7', 0.9), entry('2', 0.1)) }, { top: 6 })
    expect(above.results[0]?.status).toBe('low_coverage')
  })
})

describe('rubrics', () => {
  const labels = { kind: 'labels', labels: ['poor', 'fair', 'good'] }
  const ask = (rows: MetricRow[], text: string, params: object) =>
    run('rubric', rows, () => ({ text }), params)

  it('fill in what they ask about, once', async () => {
    const row = makeRow(0, {
      instruction: 'say {response}',
      response: 'hi',
      parent: { instruction: 'speak', input: null },
    })
    const { requests, results } = await ask([row], 'Good.', {
      promptText: '{parent} > {instruction} ({input}) > {response} {other}',
      scale: labels,
    })
    expect(requests[0]?.messages[0]?.content).toBe('speak > say {response} (in) > hi {other}')
    expect(results[0]).toMatchObject({ status: 'repaired', values: { rating: 3 } })
  })

  it('type rows that lack what is asked about', async () => {
    const status = async (promptText: string, extra: Partial<MetricRow>) => {
      const { requests, results } = await ask([makeRow(0, extra)], 'good', {
        promptText,
        scale: labels,
      })
      expect(requests).toHaveLength(0)
      return results[0]?.status
    }
    expect(await status('{response}', {})).toBe('no_response')
    expect(await status('{instruction} {parent}', {})).toBe('no_parent')
    expect(await status('{instruction}', { instruction: '' })).toBe('empty_instruction')
  })

  it('constrain the reply to their scale', async () => {
    const { requests } = await ask([makeRow(0)], '{"rating": 2}', { constrained: 'always' })
    expect(requests[0]?.params.jsonSchema).toMatchObject({
      properties: { rating: { type: 'integer', minimum: 1, maximum: 5 } },
    })
  })

  it('are columns of their own: by text and scale, not by name or sampling', () => {
    const metric = getMeasured('rubric')
    const owner = (params: object) => columnsOwner(metric, parseParams(metric, params))
    const base = owner({})
    expect(base.id).toMatch(/^rubric_[0-9a-f]{12}$/)
    expect(base.label).toBe('Clarity')
    expect(owner({ name: 'Other', temperature: 1 }).id).toBe(base.id)
    expect(owner({ promptText: 'x {instruction}' }).id).not.toBe(base.id)
    expect(owner({ scale: labels }).id).not.toBe(base.id)
    expect(owner({ reading: 'expected' })).toEqual({
      id: `${base.id}e`,
      label: 'Clarity, expected value',
    })
    expect(getMetric(base.id)).toBe(metric)
    expect(runLabel(base.id, parseParams(metric, { name: 'Mine' }))).toBe('Mine')
    const expected = parseParams(metric, { reading: 'expected', scale: labels })
    expect(() => outputsOf(metric, expected)).toThrow(/scale of digits/)
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
    expect(await status([makeRow(0, { parent })], {})).toBe('no_operator')
    expect(await status([makeRow(0, {})], {})).toBe('no_parent')
  })

  const OWN_TEXT = 'Rewrite in my words: {instruction}'
  const cases: [string, Record<string, unknown>, Partial<MetricRow>, string | null][] = [
    ['its own operator', {}, { operator: 'deepen' }, null],
    ['an operator that is not known', {}, {}, 'no_operator'],
    ['an operator without a prompt', {}, { operator: 'autoif' }, 'not_applicable'],
    [
      'another text than is recorded',
      {},
      { operator: 'deepen', promptHashes: { 'evolve-deepen': 'other' } },
      'not_applicable',
    ],
    [
      'the text that is recorded, named',
      { deepenText: OWN_TEXT },
      { operator: 'deepen', promptHashes: { 'evolve-deepen': hashText(OWN_TEXT) } },
      null,
    ],
    [
      "another operator's text named",
      { breadthText: OWN_TEXT },
      { operator: 'deepen', promptHashes: { 'evolve-deepen': hashText(OWN_TEXT) } },
      'not_applicable',
    ],
    ['a named operator for a row without one', { operator: 'auto' }, {}, null],
    ['a named operator for a foreign one', { operator: 'auto' }, { operator: 'autoif' }, null],
    [
      'a named operator and text',
      { operator: 'auto', autoText: OWN_TEXT },
      { operator: 'deepen', promptHashes: { 'evolve-deepen': 'other' } },
      null,
    ],
  ]
  it.each(cases)('asks by %s', async (_name, chosen, more, refusal) => {
    const metric = getMeasured('first_token_probability')
    const params = parseParams(metric, chosen)
    const row = makeRow(0, { parent, ...more })
    const { requests, results } = await run(
      metric.id,
      [row],
      () => ({ tokens: [token(-1)] }),
      chosen,
    )
    expect(results[0]?.status).toBe(refusal ?? 'ok')
    expect(requests).toHaveLength(refusal === null ? 1 : 0)
    if (refusal !== null) return
    const operator = (params['operator'] === 'recorded' ? row.operator : params['operator']) as
      | 'deepen'
      | 'auto'
    const text = (params[`${operator}Text`] as string) || evolvePrompt(operator).template
    const content = text.replace('{instruction}', () => parent.instruction)
    expect(requests[0]?.messages).toEqual([{ role: 'user', content }])
    expect(metric.prompts(params).map((prompt) => prompt.hash)).toContain(hashText(text))
  })

  it('says on a row which text it came from when another one was named', async () => {
    const row = makeRow(0, {
      parent,
      operator: 'deepen',
      promptHashes: { 'evolve-deepen': 'feedbeef' },
    })
    const chosen = { deepenText: OWN_TEXT }
    const { results } = await run(
      'first_token_probability',
      [row],
      () => ({ tokens: [token(-1)] }),
      chosen,
    )
    expect(results[0]).toMatchObject({ status: 'ok', values: { n: 1 } })
    expect(results[0]?.detail?.['message']).toContain('another version of this prompt (feedbeef)')
  })

  it('has one definition for texts that are sent alike', () => {
    const metric = getMeasured('first_token_probability')
    const settled = (chosen: Record<string, unknown>) =>
      metric.settle?.(parseParams(metric, chosen), () => true)
    const own = evolvePrompt('deepen').template
    expect(settled({ deepenText: `${own}\n` })).toEqual(settled({}))
    expect(settled({ operator: 'auto', deepenText: OWN_TEXT })).toEqual(
      settled({ operator: 'auto' }),
    )
    expect(settled({ deepenText: OWN_TEXT })).not.toEqual(settled({}))
    expect(() => settled({ deepenText: 'Rewrite it' })).toThrow(/\{instruction\}/)
  })
})
