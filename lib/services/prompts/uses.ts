import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { PromptUse } from '@/lib/contracts/prompts'
import { listMeasured } from '@/lib/metrics'

// What of a definition says how replies were drawn, in this order.
const SAMPLING = ['temperature', 'topP', 'maxTokens', 'seed', 'repeat', 'constrained'] as const

const text = z.string().nullable()
const useRowSchema = z.object({
  hash: text,
  kind: z.enum(['run', 'rows', 'responses']),
  studyId: z.string(),
  study: z.string(),
  runId: text,
  metricId: text,
  metric: text,
  model: text,
  sampling: text,
  seedSetKey: text,
  seedSet: text,
  armKey: text,
  arm: text,
  round: z.number().nullable(),
  createdAt: z.number(),
})
type UseRow = z.output<typeof useRowSchema>

const CELL = `--
    coalesce(t.key, '') as seedSetKey, coalesce(t.label, '') as seedSet, a.key as armKey,
    coalesce(a.label, 'Seeds') as arm, c.round as round`
const CELL_JOINS = `--
  join studies s on s.id = c.study_id and s.deleted_at is null
  join seed_sets t on t.id = c.seed_set_id left join arms a on a.id = c.arm_id`

function samplingOf(json: string | null): PromptUse['sampling'] {
  const parsed: unknown = JSON.parse(json ?? 'null')
  const given = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<
    string,
    unknown
  >
  return SAMPLING.flatMap((name) => {
    const value = given[name]
    return typeof value === 'number' || typeof value === 'string' ? [{ name, value }] : []
  })
}

/** The column that is filled wherever a run has a reply. */
function columnOf({ metricId, metric, runId }: UseRow): string | null {
  const output = listMeasured().find(({ id }) => id === metric)?.outputs[0]
  return output ? `${metricId ?? ''}.${output.key}@${runId ?? ''}` : null
}

function toUse(row: UseRow): PromptUse {
  const { kind, studyId, study, runId, model, createdAt } = row
  const isRun = kind === 'run'
  const cell = `${row.seedSet ?? ''}, ${row.round === 0 ? 'seeds' : `${row.arm ?? ''}, round ${row.round ?? ''}`}`
  const label = listMeasured().find(({ id }) => id === row.metric)?.label ?? row.metric ?? ''
  return {
    kind,
    studyId,
    study,
    label: isRun ? label : cell,
    model,
    runId,
    sampling: samplingOf(row.sampling),
    rows: isRun
      ? { column: columnOf(row), seedSetKey: null, armKey: null, round: null }
      : {
          column: null,
          seedSetKey: row.seedSetKey,
          armKey: row.round === 0 ? 'seeds' : row.armKey,
          round: row.round,
        },
    createdAt,
  }
}

/** Returns the runs, evolved cells and response sets that name each prompt hash, newest first. */
export function usesByHash(db: Db): Map<string, PromptUse[]> {
  const found = hotRead(db, {
    why: 'looks for hashes in the JSON of every definition without reading one',
    sql: `--
      select json_extract(p.value, '$.hash') as hash, 'run' as kind, s.id as studyId, s.name as study, r.id as runId,
          r.metric_id as metricId, json_extract(r.definition, '$.metric') as metric,
          json_extract(r.definition, '$.model.model') as model, json_extract(r.definition, '$.params') as sampling,
          null as seedSetKey, null as seedSet, null as armKey, null as arm, null as round, r.created_at as createdAt
        from runs r join studies s on s.id = r.study_id and s.deleted_at is null,
          json_each(case when json_valid(r.definition) then r.definition end, '$.prompts') p
        where r.deleted_at is null
      union all
      select json_extract(p.value, '$.hash'), 'rows', s.id, s.name, null, null, null,
          json_extract(c.source, '$.definition.model.model'), json_extract(c.source, '$.definition.decoding'), ${CELL}, c.created_at
        from cells c ${CELL_JOINS},
          json_each(case when json_valid(c.source) then c.source end, '$.definition.prompts') p
        where c.superseded_at is null
      union all
      select json_extract(p.value, '$.hash'), 'responses', s.id, s.name, null, null, null,
          json_extract(w.definition, '$.model.model'), json_extract(w.definition, '$.decoding'), ${CELL}, w.created_at
        from response_sets w join cells c on c.no = w.cell_no and c.superseded_at is null and w.deleted_at is null ${CELL_JOINS},
          json_each(case when json_valid(w.definition) then w.definition end, '$.prompts') p
      order by createdAt desc`,
    row: useRowSchema,
  }).all()
  const uses = new Map<string, PromptUse[]>()
  for (const row of found) {
    if (row.hash === null) continue
    uses.set(row.hash, [...(uses.get(row.hash) ?? []), toUse(row)])
  }
  return uses
}
