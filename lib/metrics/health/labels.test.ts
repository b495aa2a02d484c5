import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { languageDetector } from './language'
import { healthParams } from './params'
import type { HealthRow } from './rule'
import { HEALTH_RULES } from './rules'
import { hashText } from '@/lib/prompts/prompt'
import { evolvePrompt } from '@/lib/prompts'
import { OPERATORS } from '@/lib/prompts/operators'

/**
 * One labelled row: of the sample by its id, or with texts of its own. `yes` holds the flags that a reader raised,
 * `unknown` those that cannot be told (what would answer a parent that is no task); all others were read as not raised.
 */
const labelSchema = z.strictObject({
  id: z.string().optional(),
  instruction: z.string().optional(),
  parent: z.string().optional(),
  input: z.string().optional(),
  parentInput: z.string().optional(),
  operator: z.string().default('constraints'),
  finishReason: z.string().nullable().default(null),
  yes: z.array(z.string()),
  unknown: z.array(z.string()).default([]),
  /** Made by the embedded model from seeds of our own, not written for this. */
  evolved: z.boolean().default(false),
  /** Of some rows of the sample: whether the text has lost the topic of its seed. */
  drift: z.boolean().optional(),
})
type Label = z.infer<typeof labelSchema>

const sampleRowSchema = z.object({
  id: z.string(),
  instruction: z.string(),
  input: z.string(),
  operator: z.string().nullable(),
  parent: z.number().nullable(),
  finish_reason: z.string().nullable(),
})

function linesOf<T>(schema: z.ZodType<T>, ...place: string[]): T[] {
  const text = readFileSync(path.join(...place), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)))
}

/** Every evolved row of the sample with its parent. */
function sampleRows(): Map<string, HealthRow> {
  const folder = path.join('public', 'sample')
  const rows = new Map<string, HealthRow>()
  for (const file of readdirSync(folder)) {
    const [, set, round, arm] = /^(\w+)-iter(\d)-(\w+)\.jsonl$/.exec(file) ?? []
    // Rows made from constraints have no file of seeds.
    if (set === undefined || !existsSync(path.join(folder, `${set}-seeds.jsonl`))) continue
    const before =
      round === '1' ? `${set}-seeds.jsonl` : `${set}-iter${Number(round) - 1}-${arm}.jsonl`
    const parents = linesOf(sampleRowSchema, folder, before)
    for (const row of linesOf(sampleRowSchema, folder, file)) {
      rows.set(row.id, {
        instruction: row.instruction,
        input: row.input,
        parent: parents[row.parent ?? -1] ?? null,
        operator: row.operator,
        finishReason: row.finish_reason,
      })
    }
  }
  return rows
}

const labels = linesOf(labelSchema, import.meta.dirname, 'labels.jsonl')
const rows = sampleRows()

function rowOf(label: Label): HealthRow {
  const { id, instruction = '', parent = '', input = null, parentInput = null } = label
  const { operator, finishReason } = label
  const sample = id === undefined ? undefined : rows.get(id)
  return (
    sample ?? {
      instruction,
      input,
      parent: { instruction: parent, input: parentInput },
      operator,
      finishReason,
    }
  )
}

interface Counts {
  hits: number
  raised: number
  labelled: number
  wrong: string[]
}

const DRIFT = 'topic_drift'
const nameOf = ({ id, instruction = '' }: Label) => id ?? JSON.stringify(instruction.slice(0, 60))

async function countsOf(key: string): Promise<Counts> {
  const rule = HEALTH_RULES.find((one) => one.key === key)
  const detect = await languageDetector()
  const params = healthParams.parse({})
  const counts: Counts = { hits: 0, raised: 0, labelled: 0, wrong: [] }
  for (const label of labels) {
    if (label.unknown.includes(key)) continue
    const verdict = rule?.read(rowOf(label), params, detect)
    const raised = verdict !== undefined && 'flag' in verdict && verdict.flag
    const wanted = label.yes.includes(key)
    counts.raised += raised ? 1 : 0
    counts.labelled += wanted ? 1 : 0
    counts.hits += raised && wanted ? 1 : 0
    if (raised !== wanted) counts.wrong.push(`${raised ? 'raised' : 'missed'} ${nameOf(label)}`)
  }
  return counts
}

const driftSchema = z.object({
  cell: z.string(),
  index: z.number(),
  values: z.object({ drifted: z.number().nullable() }),
})

/** Rows of the sample that the flag of topic drift is raised for, by id, as they were computed with the embedded encoder. */
function drifted(): Set<string> {
  const found = linesOf(driftSchema, 'public', 'sample', 'values-topic_drift.jsonl')
  const raised = found.filter(({ values }) => values.drifted === 2)
  return new Set(raised.map(({ cell, index }) => `${cell}-${String(index).padStart(2, '0')}`))
}

function driftCounts(): Counts {
  const raised = drifted()
  const judged = labels.filter(({ drift }) => drift !== undefined)
  const isRaised = ({ id = '' }: Label) => raised.has(id)
  return {
    hits: judged.filter((label) => label.drift === true && isRaised(label)).length,
    raised: judged.filter(isRaised).length,
    labelled: judged.filter(({ drift }) => drift === true).length,
    wrong: judged
      .filter((label) => label.drift !== isRaised(label))
      .map((label) => `${isRaised(label) ? 'raised' : 'missed'} ${nameOf(label)}`),
  }
}

/** Measured on these labels; a rule that gets worse fails. `HEALTH_TABLE=1` prints the counts and each wrong row. */
const FLOORS: Record<string, { precision: number; recall: number }> = {
  empty: { precision: 1, recall: 1 },
  copy_exact: { precision: 1, recall: 1 },
  copy_near: { precision: 0.98, recall: 0.73 },
  answered: { precision: 0.8, recall: 0.88 },
  refusal: { precision: 0.98, recall: 0.88 },
  leaked_template: { precision: 0.98, recall: 0.66 },
  language_switch: { precision: 0.98, recall: 0.92 },
  truncated: { precision: 0.98, recall: 0.95 },
  over_long: { precision: 0.97, recall: 1 },
  stale_input: { precision: 1, recall: 1 },
  topic_drift: { precision: 0.97, recall: 0.84 },
}

describe('the rules of evolution health on rows labelled by hand', () => {
  it('are given at least 200 rows of the sample and 100 others, each known and with known flags', () => {
    const ofSample = labels.filter(({ id }) => id !== undefined)
    expect(ofSample.length).toBeGreaterThanOrEqual(200)
    expect(labels.length - ofSample.length).toBeGreaterThanOrEqual(100)
    expect(ofSample.filter(({ id = '' }) => !rows.has(id))).toEqual([])
    const keys = HEALTH_RULES.map((rule) => rule.key)
    expect(
      labels
        .flatMap(({ yes, unknown }) => [...yes, ...unknown])
        .filter((key) => !keys.includes(key)),
    ).toEqual([])
  })

  it('are given rows that the embedded model evolved in other languages and modes', () => {
    const evolved = labels.filter((label) => label.evolved)
    expect(evolved.length).toBeGreaterThanOrEqual(80)
    expect(new Set(evolved.map(({ operator }) => operator)).size).toBeGreaterThanOrEqual(5)
  })

  // Over budget is a difference of two counts: there is nothing to read.
  const read = HEALTH_RULES.filter(({ key }) => key !== 'over_budget')
  it.each([...read.map(({ key }) => key), DRIFT])(
    '%s keeps its precision and recall',
    async (key) => {
      const { hits, raised, labelled, wrong } = key === DRIFT ? driftCounts() : await countsOf(key)
      const precision = raised === 0 ? 0 : hits / raised
      const recall = labelled === 0 ? 0 : hits / labelled
      if (process.env['HEALTH_TABLE'] === '1') {
        const line = `${key}: ${labelled} labelled, ${raised} raised, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`
        process.stdout.write([line, ...wrong.map((one) => `  ${one}`), ''].join('\n'))
      }
      expect(precision).toBeGreaterThanOrEqual(FLOORS[key]?.precision ?? 1)
      expect(recall).toBeGreaterThanOrEqual(FLOORS[key]?.recall ?? 1)
    },
  )
})

it('leaks are told by these prompts: when they change, so does the rule, and `version` of the metric goes up', () => {
  const texts = OPERATORS.map((operator) => evolvePrompt(operator).template)
  expect(hashText(texts.join('\n'))).toBe(
    '7588ef8a2ee52de6968c0b91310958d9ccc51a17a8d6ef857f3212c0021f8f2c',
  )
})
