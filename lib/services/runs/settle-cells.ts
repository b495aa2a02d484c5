import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { statusCode } from '@/lib/contracts/status'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { PROMPTS } from '@/lib/prompts'
import type { RunCellPlan } from './extend-run'

const BLANK = "' ' || char(9, 10, 13)"

/** How many of the cell's rows in the run have the text that the metric reads. */
function textCount(db: Db, { cell, members, responseSetNo }: RunCellPlan, reads: boolean): number {
  const chosen = members === null ? null : JSON.stringify([...members])
  const inRun = '(@chosen is null or idx in (select value from json_each(@chosen)))'
  const sql = reads
    ? `select count(*) from responses where set_no = @no and status = @ok and trim(text, ${BLANK}) <> '' and ${inRun}`
    : `select count(*) from rows where cell_no = @no and trim(instruction, ${BLANK}) <> '' and ${inRun}`
  const no = reads ? responseSetNo : cell.no
  const count = hotRead(db, { why: 'trims and counts the texts of a file', sql, row: z.number() })
  return count.get({ no, chosen, ...(reads && { ok: statusCode('ok') }) }) ?? 0
}

const recordedSchema = z.object({ id: z.string(), hash: z.string(), text: z.string().nullable() })

/** The versions of prompts that cells were evolved with, other than the program's, where their texts are stored. */
function recordedTexts(db: Db, plans: readonly RunCellPlan[]): { id: string; text: string }[] {
  const found = hotRead(db, {
    why: 'looks for hashes in the JSON of every chosen file',
    // Prompts of an optimisation are no stored versions: their texts are among the items of their experiment.
    sql: `select distinct json_extract(p.value, '$.id') as id, json_extract(p.value, '$.hash') as hash,
        coalesce(
          (select v.template from prompt_versions v where v.prompt_id = json_extract(p.value, '$.id') and v.hash = json_extract(p.value, '$.hash')),
          (select json_extract(i.value, '$.template') from experiments e join stages g on g.experiment_no = e.no join stage_items i on i.stage_no = g.no
            where e.id = json_extract(c.source, '$.definition.experimentId') and json_type(i.value) = 'object'
              and json_extract(i.value, '$.hash') = json_extract(p.value, '$.hash') limit 1)
        ) as text
      from cells c, json_each(c.source, '$.definition.prompts') p
      where c.no in (select value from json_each(?)) order by 1, 2`,
    row: recordedSchema,
  }).all(JSON.stringify(plans.map(({ cell }) => cell.no)))
  return found.flatMap(({ id, hash, text }) =>
    text === null || PROMPTS.some((prompt) => prompt.hash === hash) ? [] : [{ id, text }],
  )
}

/**
 * Returns the parameters with what depends on the chosen cells settled, as they go into the definition: a measure of a set compares
 * cells at the size of the smallest, those without any text left out; a row is asked by the version that it was evolved with.
 */
export function settleCells(
  db: Db,
  metric: MeasuredMetric,
  given: Record<string, unknown>,
  plans: readonly RunCellPlan[],
): Record<string, unknown> {
  let params: unknown = given
  if (metric.settleSizes) {
    const sizes = plans.map((plan) => textCount(db, plan, metric.inputs.response))
    const filled = sizes.filter((size) => size > 0)
    params = metric.settleSizes(params, filled)
  }
  if (metric.settleRecorded) params = metric.settleRecorded(params, recordedTexts(db, plans))
  return params as Record<string, unknown>
}
