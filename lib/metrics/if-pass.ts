import { z } from 'zod'
import type { CheckOutcome } from '@/lib/contracts/experiment'
import { AppError, throwIfAborted } from '@/lib/errors'
import { exampleRow, stubTools } from './example-tools'
import { defineMetric, type MeasuredMetric, type MetricRow, type RowResult } from './types'

// A row takes milliseconds, or some seconds where a function hangs; what is done is written between batches.
const BATCH_ROWS = 32
const LEVELS = ['no', 'yes'] as const
const RULES = ['majority', 'all', 'any'] as const

const params = z.object({
  rule: z
    .enum(RULES)
    .default('majority')
    .describe(
      'How many of the checking functions have to accept the response: more than half of them, all, or any one.',
    ),
})
type Params = z.infer<typeof params>

function accepts(share: number, rule: Params['rule']): boolean {
  if (rule === 'all') return share === 1
  return rule === 'any' ? share > 0 : share > 0.5
}

function resultOf(index: number, outcomes: readonly CheckOutcome[], { rule }: Params): RowResult {
  const detail = { outcomes }
  // A function that breaks says nothing of the response; where all do, nothing is known.
  if (!outcomes.some((outcome) => outcome === 'pass' || outcome === 'fail')) {
    const message = 'None of the checking functions of this row came to a result.'
    return { index, status: 'error', values: {}, detail: { ...detail, message } }
  }
  const share = outcomes.filter((outcome) => outcome === 'pass').length / outcomes.length
  const pass = (accepts(share, rule) ? LEVELS.indexOf('yes') : LEVELS.indexOf('no')) + 1
  return { index, status: 'ok', values: { pass, share }, detail }
}

const computeBatch: MeasuredMetric<Params>['computeBatch'] = async (rows, chosen, tools) => {
  throwIfAborted(tools.signal)
  return Promise.all(
    rows.map(async ({ index, response, checkers }): Promise<RowResult> => {
      if (!checkers || checkers.length === 0) return { index, status: 'not_applicable', values: {} }
      if (response === null) return { index, status: 'no_response', values: {} }
      if (!tools.runChecks) {
        throw new AppError(
          'capability_missing',
          'Running checking functions is turned off. Turn it on at the end of the Backends page, or with "evolens checkers on".',
        )
      }
      const lines = await tools.runChecks(checkers, [[response, true]])
      return resultOf(index, lines.flat(), chosen)
    }),
  )
}

async function example(
  outcomes: readonly CheckOutcome[],
  fields: Partial<MetricRow> = {},
  rule: Params['rule'] = 'majority',
) {
  const row = exampleRow({ response: 'x', checkers: outcomes.map(() => ''), ...fields })
  const tools = stubTools({ runChecks: async () => outcomes.map((one) => [one]) })
  const [result] = (await computeBatch?.([row], { rule }, tools)) ?? []
  const { pass, share } = result?.values ?? {}
  const level = typeof pass === 'number' ? LEVELS[pass - 1] : result?.status
  return { pass: level ?? null, share: (share as number | undefined) ?? null }
}

/** Whether a response keeps the constraint that its row's checking functions test. */
export const ifPass = defineMetric<Params>({
  kind: 'measured',
  id: 'if_pass',
  version: 1,
  label: 'Instruction-following pass',
  description: 'Whether the checking functions that came with a row accept its response.',
  formula:
    'share = functions whose evaluate(response) returns exactly True / all functions of the row; pass: share > 1/2, = 1 or > 0. A function that fails, or takes more than 5 s, does not accept. Python 3.14 (pyodide 314.0.7).',
  source: 'Checking functions of AutoIF (arXiv 2406.13542, section 3.1); the rule is our own',
  scope: 'row',
  needs: [],
  inputs: { response: true, parent: false, checkers: true },
  // Few rows bring functions, and running them is off until it is turned on.
  onDemand: true,
  params,
  outputs: [
    {
      key: 'pass',
      label: 'instruction-following pass',
      shape: 'enum',
      dtype: 'f32',
      levels: LEVELS,
      unit: '',
      range: [1, LEVELS.length],
      direction: 'higher',
      directionMeans: 'The response keeps the constraint as the functions test it.',
      description: 'yes where so many of the functions accept the response as the rule asks.',
    },
    {
      key: 'share',
      label: 'accepting functions',
      shape: 'scalar',
      dtype: 'f64',
      unit: '',
      range: [0, 1],
      direction: 'higher',
      directionMeans: 'More of the functions accept the response.',
      description: 'Share of the checking functions of the row that accept its response.',
    },
  ],
  prompts: () => [],
  batchRows: BATCH_ROWS,
  computeBatch,
  examples: [
    {
      name: 'two of three functions accept',
      run: () => example(['pass', 'fail', 'pass']),
      expected: { pass: 'yes', share: 2 / 3 },
    },
    {
      name: 'a half is no majority, and a function that hangs does not accept',
      run: () => example(['pass', 'timeout']),
      expected: { pass: 'no', share: 0.5 },
    },
    {
      name: 'one is enough for the rule any',
      run: () => example(['pass', 'fail'], {}, 'any'),
      expected: { pass: 'yes', share: 0.5 },
    },
    {
      name: 'nothing is known where all functions break',
      run: () => example(['error: NameError', 'killed']),
      expected: { pass: 'error', share: null },
    },
    {
      name: 'a row without functions, and one without a response',
      run: async () => ({
        none: (await example([])).pass,
        silent: (await example(['pass'], { response: null })).pass,
      }),
      expected: { none: 'not_applicable', silent: 'no_response' },
    },
  ],
})
