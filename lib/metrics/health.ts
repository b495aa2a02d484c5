import type { StatusName } from '@/lib/contracts/status'
import { throwIfAborted } from '@/lib/errors'
import { stubTools } from './example-tools'
import { FLAG_LEVELS, flagOutput } from './health/flag-output'
import { languageDetector } from './health/language'
import { healthParams, type HealthParams } from './health/params'
import type { HealthRow, HealthRule, Verdict } from './health/rule'
import { HEALTH_RULES } from './health/rules'
import {
  defineMetric,
  type MeasuredMetric,
  type MetricExample,
  type MetricRow,
  type OutputSpec,
  type RowResult,
} from './types'

// All rules take a tenth of a millisecond for a usual row; a batch leaves room for other jobs after some milliseconds.
const BATCH_ROWS = 64
// Evidence is a hint where to look; the row itself stands beside it.
const EVIDENCE_LETTERS = 120
const ANY = 'flagged'

const outputs: readonly OutputSpec[] = [
  {
    ...flagOutput(
      ANY,
      'Flagged',
      'Whether any flag of evolution health but "over budget" is raised; no value where none is and one of them has no value for want of a parent.',
    ),
    isChosen: true,
  },
  ...HEALTH_RULES.map(({ key, label, rule }) => flagOutput(key, label, rule)),
]

/** The flag of the whole row: raised with any, and lowered only by rules that could see the parent. */
function anyOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.some((verdict) => 'flag' in verdict && verdict.flag)) return { flag: true }
  const blind = verdicts.find((verdict) => 'missing' in verdict && verdict.missing === 'no_parent')
  return blind ?? { flag: false }
}

function resultOf(index: number, found: readonly (readonly [HealthRule, Verdict])[]): RowResult {
  const result = {
    index,
    status: 'ok' as const,
    values: {} as Record<string, number | null>,
    statuses: {} as Record<string, StatusName>,
  }
  const note = (key: string, verdict: Verdict) => {
    if ('missing' in verdict) {
      result.values[key] = null
      result.statuses[key] = verdict.missing
    } else result.values[key] = verdict.flag ? 2 : 1
  }
  const counting = found.filter(([{ isAside }]) => isAside === undefined)
  note(ANY, anyOf(counting.map(([, verdict]) => verdict)))
  const evidence: Record<string, string> = {}
  for (const [{ key, label }, verdict] of found) {
    note(key, verdict)
    if ('flag' in verdict && verdict.evidence !== undefined) {
      evidence[label] = [...verdict.evidence].slice(0, EVIDENCE_LETTERS).join('')
    }
  }
  return Object.keys(evidence).length > 0 ? { ...result, detail: evidence } : result
}

const computeBatch: MeasuredMetric<HealthParams>['computeBatch'] = async (
  rows,
  params,
  { signal },
) => {
  throwIfAborted(signal)
  const detect = await languageDetector()
  return rows.map(({ index, ...row }) => {
    const seen: HealthRow = { ...row, finishReason: row.finishReason ?? null }
    const found = HEALTH_RULES.map((rule) => [rule, rule.read(seen, params, detect)] as const)
    return resultOf(index, found)
  })
}

const GOOD: MetricRow = {
  index: 0,
  instruction:
    'Write a short poem about the sea in spring, and name the wind in each of its lines.',
  input: null,
  response: null,
  parent: { instruction: 'Write a short poem about the sea.', input: null },
  operator: 'constraints',
}

async function read(row: Partial<MetricRow>, key: string): Promise<string> {
  const params = healthParams.parse({})
  const [result] = (await computeBatch?.([{ ...GOOD, ...row }], params, stubTools())) ?? []
  const value = result?.values[key]
  if (typeof value === 'number') return FLAG_LEVELS[value - 1] ?? ''
  return result?.statuses?.[key] ?? ''
}

function examples(): MetricExample[] {
  return HEALTH_RULES.flatMap(({ key, label, examples: own }) =>
    own.map(([name, row, expected]) => ({
      name: `${label}: ${name}`,
      run: async () => ({ [key]: await read(row, key) }),
      expected: { [key]: expected },
    })),
  )
}

/** Flags of an evolved row that its text shows: copies, answers, refusals, leaks, other languages, cuts, lengths. */
export const health = defineMetric<HealthParams>({
  kind: 'measured',
  id: 'health',
  version: 3,
  label: 'Evolution health',
  description:
    'What may have gone wrong when a row was evolved, as flags that its text and its parent show, each by one rule.',
  formula: HEALTH_RULES.map(({ label, rule }) => `${label}: ${rule}`).join(' '),
  source:
    'Rules are our own; empty, copied and refused rewrites as in the elimination of WizardLM (arXiv 2304.12244). Precision and recall on labelled rows are in README',
  scope: 'row',
  needs: [],
  inputs: { response: false, parent: true, finishReason: true },
  params: healthParams,
  outputs,
  prompts: () => [],
  batchRows: BATCH_ROWS,
  computeBatch,
  examples: [
    ...examples(),
    {
      name: 'flagged: a good row',
      run: async () => ({ [ANY]: await read({}, ANY) }),
      expected: { [ANY]: 'no' },
    },
    {
      name: 'flagged: with any flag, parent or not',
      run: async () => ({ [ANY]: await read({ instruction: '', parent: null }, ANY) }),
      expected: { [ANY]: 'yes' },
    },
    {
      name: 'flagged: not by the word budget alone',
      run: async () => {
        const row = { instruction: `${GOOD.instruction}${' and a gull'.repeat(5)}.` }
        return { budget: await read(row, 'over_budget'), [ANY]: await read(row, ANY) }
      },
      expected: { budget: 'yes', [ANY]: 'no' },
    },
    {
      name: 'flagged: without a parent',
      run: async () => ({ [ANY]: await read({ parent: null }, ANY) }),
      expected: { [ANY]: 'no_parent' },
    },
  ],
})
