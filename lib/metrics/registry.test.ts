import { describe, expect, it } from 'vitest'
import { metricInfoSchema } from '@/lib/contracts/compute'
import { IMPORTED_VALUES } from '@/lib/contracts/imported-values'
import { statusOf } from '@/lib/contracts/status'
import {
  describeMetric,
  getMeasured,
  getMetric,
  listImported,
  listMeasured,
  listMetrics,
  needsOf,
  outputsOf,
  parseParams,
} from './index'
import { stubTools } from './example-tools'
import type { MeasuredMetric, MetricRow, OutputSpec } from './types'

const row: MetricRow = {
  index: 0,
  instruction: 'a',
  input: null,
  response: 'b',
  parent: { instruction: 'p', input: null },
  operator: 'deepen',
  tags: ['code'],
}

/** Tools whose calls must not be reached. */
const untouched = {
  generate: () => Promise.reject(new Error('called')),
  scoreTokens: () => Promise.reject(new Error('called')),
  tokenize: () => Promise.reject(new Error('called')),
  embed: () => Promise.reject(new Error('called')),
  reward: () => Promise.reject(new Error('called')),
}

async function compute(metric: MeasuredMetric, rows: MetricRow[], signal?: AbortSignal) {
  const tools = stubTools({ ...untouched, ...(signal && { signal }) })
  const params = parseParams(metric, {})
  if (metric.scope === 'row') return metric.computeBatch?.(rows, params, tools)
  return metric.computeCell?.(rows, params, tools)
}

function expectOutput(output: OutputSpec): void {
  expect(output.key).toMatch(/^[A-Za-z0-9_]+$/)
  expect(output.label).not.toBe('')
  expect(output.description).toMatch(/[.]$/)
  expect(output.directionMeans).toMatch(/[.]$/)
  expect((output.length ?? 0) > 0).toBe(output.shape === 'vector')
  expect((output.levels?.length ?? 0) > 1).toBe(output.shape === 'enum')
}

/** Returns the expected value in place of a number within 1e-9 of it, anything else as it is. */
function settle(actual: unknown, expected: unknown): unknown {
  const near = typeof actual === 'number' && typeof expected === 'number'
  return near && Math.abs(actual - expected) < 1e-9 ? expected : actual
}

describe('the registry', () => {
  it('has unique ids, found by getMetric', () => {
    const ids = listMetrics().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(getMetric(id).id).toBe(id)
    expect(() => getMetric('none')).toThrow(/no metric/)
    expect(() => getMeasured('ifd')).toThrow(/"loss"/)
    expect(getMeasured('loss').id).toBe('loss')
  })

  it.each(listMetrics().map((metric) => [metric.id, metric] as const))(
    '%s has all its texts',
    (id, metric) => {
      for (const text of [metric.label, metric.formula, metric.source]) expect(text).not.toBe('')
      expect(metric.description).toMatch(/^[A-Z].*\.$/)
      expect(metric.version).toBeGreaterThan(0)
      expect(metric.examples.length).toBeGreaterThan(0)
      const info = metricInfoSchema.parse(describeMetric(metric))
      expect(JSON.parse(JSON.stringify(info))).toEqual(info)
      for (const param of info.params) expect(param.description).toMatch(/[.]$/)
    },
  )

  it.each(
    listMetrics().flatMap((metric) =>
      metric.examples.map((example) => [`${metric.id}: ${example.name}`, example] as const),
    ),
  )('reproduces %s', async (_, example) => {
    const result = await example.run()
    const keys = Object.keys(example.expected)
    const rounded = keys.map((key) => [key, settle(result[key], example.expected[key])])
    expect(Object.fromEntries(rounded)).toEqual(example.expected)
  })
})

describe.each(listMeasured().map((metric) => [metric.id, metric] as const))(
  'measured %s',
  (_, metric) => {
    it('has a default for every parameter, and complete outputs', () => {
      const params = parseParams(metric, undefined)
      const keys = metric.outputs.map(({ key }) => key)
      expect(new Set(keys).size).toBe(keys.length)
      for (const output of [...metric.outputs, ...outputsOf(metric, params)]) expectOutput(output)
      expect(outputsOf(metric, params).map(({ key }) => key)).toEqual(keys)
      expect(needsOf(metric, params)).toEqual(metric.needs)
      for (const prompt of metric.prompts(params)) expect(prompt.hash).toMatch(/^[0-9a-f]{64}$/)
      expect(metric.batchRows).toBeGreaterThan(0)
    })

    it('asks for seeds only beside parents, whose alignment leads to them', () => {
      expect(metric.inputs.parent || !metric.inputs.seed).toBe(true)
    })

    it('computes nothing for no rows', async () => {
      const result = await compute(metric, [])
      const columns = Array.isArray(result) ? {} : (result?.columns ?? {})
      const rows = Array.isArray(result) ? result : Object.values(columns)
      const lengths = rows.map((entry) =>
        'values' in entry ? Object.keys(entry.values).length : 1,
      )
      expect(lengths.every((length) => length === 0)).toBe(true)
      const keys = metric.outputs.map(({ key }) => key)
      expect(Object.keys(columns)).toEqual(metric.scope === 'cell' ? keys : [])
      expect(Array.isArray(result) ? result.length : 0).toBe(0)
    })

    it('stops when aborted', async () => {
      await expect(compute(metric, [row], AbortSignal.abort())).rejects.toMatchObject({
        code: 'cancelled',
      })
    })
  },
)

const measured = listMeasured().map((metric) => ({
  metric,
  needs: needsOf(metric, parseParams(metric, {})).length,
}))

function computeOne(metric: MeasuredMetric) {
  const params = parseParams(metric, {})
  return metric.scope === 'row'
    ? metric.computeBatch?.([row], params, stubTools())
    : metric.computeCell?.([row], params, stubTools())
}

it.each(measured.filter(({ needs }) => needs > 0))(
  'measured $metric.id says what the backend lacks',
  async ({ metric }) => {
    const run = async () => computeOne(metric)
    await expect(run()).rejects.toMatchObject({ code: 'capability_missing' })
  },
)

it.each(measured.filter(({ metric, needs }) => needs === 0 && !metric.inputs.checkers))(
  'measured $metric.id computes without any backend, and sends no prompt',
  async ({ metric }) => {
    const result = (await computeOne(metric)) ?? []
    const statuses = Array.isArray(result)
      ? result.map(({ status }) => status)
      : Object.values(result.columns).map(({ status }) => statusOf(status[0] ?? 0).name)
    expect(statuses.length).toBeGreaterThan(0)
    for (const status of statuses) expect(['ok', 'n_too_small']).toContain(status)
    expect(metric.prompts(parseParams(metric, {}))).toEqual([])
  },
)

describe('imported metrics', () => {
  it('show every known column of imported files once, and compute nothing', () => {
    const named = listImported().filter((metric) => !metric.instanceOf)
    // Values of files of their own are numbered by the files; no column of rows brings them.
    const isSeries = (metric: MeasuredMetric) => 'series' in parseParams(metric, {})
    const beside = named.filter((metric) => !isSeries(metric))
    const shown = beside.flatMap((metric) => metric.outputs.map(({ key }) => `${metric.id}.${key}`))
    const known = IMPORTED_VALUES.map(({ metric, output }) => `${metric}.${output}`)
    expect(shown.toSorted()).toEqual(known.toSorted())
    for (const metric of listImported()) {
      expect(metric.computeBatch ?? metric.computeCell).toBeUndefined()
      for (const output of metric.outputs) expectOutput(output)
    }
    for (const metric of named) {
      const series = isSeries(metric) ? { series: 1 } : {}
      expect(parseParams(metric, {})).toEqual({ definition: 'not known', ...series })
    }
  })
})

describe.each(
  listMetrics().flatMap((metric) =>
    metric.kind === 'derived' ? [[metric.id, metric] as const] : [],
  ),
)('derived %s', (_, metric) => {
  it('reads outputs that its source has', () => {
    const source = getMeasured(metric.from)
    const keys = source.outputs.map(({ key }) => key)
    for (const key of metric.reads) expect(keys).toContain(key)
  })

  it('has complete variants with unique keys', () => {
    const keys = metric.variants.map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    for (const variant of metric.variants) expectOutput(variant.output)
  })

  it('derives nothing from no rows, and missing from missing', () => {
    for (const { key } of metric.variants) {
      expect(metric.derive({}, key, 0).values).toHaveLength(0)
      const derived = metric.derive({}, key, 2)
      expect([...derived.status]).toEqual([0, 0])
    }
  })
})

describe.each(
  listMetrics().flatMap((metric) => (metric.kind === 'text' ? [[metric.id, metric] as const] : [])),
)('text %s', (_, metric) => {
  it('has complete scalar variants with unique keys, and texts to read', () => {
    const keys = metric.variants.map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    for (const { output } of metric.variants) {
      expectOutput(output)
      expect(output.shape).toBe('scalar')
    }
    expect(metric.reads.length).toBeGreaterThan(0)
    expect(describeMetric(metric)).toMatchObject({ kind: 'derived', from: null, needs: [] })
    expect(() => getMeasured(metric.id)).toThrow(/needs no run/)
  })

  it('reads no other text than it says, and gives a finite number for any', () => {
    const texts = { instruction: 'a b', input: '\ud800 c', response: 'ไทย 字' }
    const cut = Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [
        name,
        metric.reads.some((read) => read === name) ? text : '',
      ]),
    ) as typeof texts
    for (const { measure } of metric.variants) {
      expect(measure(texts)).toBe(measure(cut))
      expect(measure(texts)).toBeGreaterThan(0)
      expect(measure({ instruction: '', input: '', response: '' })).toBe(0)
    }
  })
})

describe('parameters', () => {
  it('are described from their schema', () => {
    const { params } = describeMetric(getMetric('difficulty_level'))
    expect(params.map(({ name, type, options }) => ({ name, type, options }))).toEqual([
      { name: 'parse', type: 'enum', options: ['tolerant', 'exact'] },
      { name: 'constrained', type: 'enum', options: ['auto', 'always', 'never'] },
      { name: 'maxTokens', type: 'number', options: null },
      { name: 'temperature', type: 'number', options: null },
      { name: 'repeat', type: 'number', options: null },
      { name: 'promptText', type: 'text', options: null },
    ])
    const anchor = describeMetric(getMetric('loss')).params.find(({ name }) => name === 'anchorId')
    expect(anchor).toMatchObject({ type: 'number', default: null })
  })

  it('are refused by name', () => {
    const metric = getMeasured('loss')
    expect(() => parseParams(metric, { anchor: 'forced' })).toThrow(/anchorId/)
    expect(parseParams(metric, { anchor: 'forced', anchorId: 5 })).toEqual({
      anchor: 'forced',
      anchorId: 5,
    })
  })

  it('add capabilities and change outputs', () => {
    const level = getMeasured('difficulty_level')
    expect(needsOf(level, parseParams(level, { constrained: 'always' }))).toEqual([
      'chat',
      'structured',
    ])
    const first = getMeasured('first_token_probability')
    expect(outputsOf(first, parseParams(first, { k: 3 }))[0]).toMatchObject({ key: 'p', length: 3 })
  })
})
