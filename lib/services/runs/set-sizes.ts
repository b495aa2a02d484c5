import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { statusCode } from '@/lib/contracts/status'
import type { MeasuredMetric } from '@/lib/metrics/types'
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

/**
 * Returns the parameters with what depends on the sizes of the chosen cells settled, as they go into the definition: a
 * measure of a set compares cells at the size of the smallest. Cells without any text are not counted.
 */
export function settleSizes(
  db: Db,
  metric: MeasuredMetric,
  params: Record<string, unknown>,
  plans: readonly RunCellPlan[],
): Record<string, unknown> {
  if (!metric.settleSizes) return params
  const sizes = plans.map((plan) => textCount(db, plan, metric.inputs.response))
  const filled = sizes.filter((size) => size > 0)
  return metric.settleSizes(params, filled) as Record<string, unknown>
}
