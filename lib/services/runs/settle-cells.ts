import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { PROMPTS } from '@/lib/prompts'
import type { RunCellPlan } from './extend-run'
import { settleSizes } from './set-sizes'

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
 * Returns the parameters with what depends on the chosen cells settled, as they go into the definition: the size of the smallest,
 * and the versions of prompts that they were evolved with.
 */
export function settleCells(
  db: Db,
  metric: MeasuredMetric,
  params: Record<string, unknown>,
  plans: readonly RunCellPlan[],
): Record<string, unknown> {
  const sized = settleSizes(db, metric, params, plans)
  if (!metric.settleRecorded) return sized
  return metric.settleRecorded(sized, recordedTexts(db, plans)) as Record<string, unknown>
}
