'use client'

import { useRunCard } from '@/components/hooks/use-compute'
import { ClampedText } from '@/components/ui/clamped-text'
import {
  DASH,
  formatCount,
  formatDateTime,
  formatDuration,
  formatShare,
  plural,
} from '@/lib/contracts/format'
import { Facts } from '@/components/ui/facts'
import { Table, type Column } from '@/components/ui/table'
import { JudgingFacts } from '@/components/views/agreement/judging-facts'
import { costText } from '@/lib/contracts/job-text'
import { IMPORTED_LABEL } from '@/lib/contracts/imported-values'
import { setRecordSchema } from '@/lib/contracts/measure'
import type { RunRecord } from '@/lib/contracts/run'
import { statusSentence } from '@/lib/contracts/status'
import type { RunInfo } from '@/lib/contracts/study'
import classes from './run-card.module.css'

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return DASH
  if (Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)) {
    return value
      .map((item) => Object.entries(item as object).map(([name, of]) => `${name} ${show(of)}`))
      .map((facts) => facts.join(', '))
      .join('\n')
  }
  if (Array.isArray(value)) return value.map(show).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function rowSetText(rowSet: Record<string, unknown>): string {
  if (rowSet['kind'] === 'sample') {
    return `${show(rowSet['slots'])} seeds per seed set, random seed ${show(rowSet['seed'])}`
  }
  return rowSet['kind'] === 'filter' ? `rows of a filter: ${show(rowSet['filter'])}` : 'all rows'
}

const REASON_COLUMNS: readonly Column<readonly [string, number]>[] = [
  {
    name: 'Reason',
    cell: ([name]) => (
      <>
        {statusSentence(name)}
        <span className="ev-dim ev-mono">{name}</span>
      </>
    ),
  },
  { name: 'Rows', kind: 'number', cell: ([, rows]) => formatCount(rows) },
]

function Reasons({ reasons }: { reasons: Record<string, number> }) {
  const entries = Object.entries(reasons).filter(([name, rows]) => rows > 0 && name !== 'ok')
  if (entries.length === 0)
    return <p className={classes.text}>Every row has a value without warnings.</p>
  return (
    <Table
      label="Reasons"
      className=""
      columns={REASON_COLUMNS}
      rows={entries}
      keyOf={([name]) => name}
    />
  )
}

function recordedText(recorded: NonNullable<RunRecord['recorded']>, done: number): string {
  const { rows, at, appVersion, command } = recorded
  const here = done > rows ? ` The other ${formatCount(done - rows)} were computed here.` : ''
  return `${formatCount(rows)} rows came with the sample study and were not computed here: recorded on ${formatDateTime(at)} by version ${appVersion} with "${command}".${here}`
}

/** What a metric reports of a cell; the numbers of a set have a table of their own on the page. */
function noteText(value: unknown): string {
  const record = setRecordSchema.loose().safeParse(value).data
  return show(record ? { ...record, values: undefined } : value)
}

/** What was measured, with what, on which rows, and how many failed. */
export function RunCard({ run }: { run: RunInfo }) {
  const { definition } = run
  const record = run.record as Partial<RunRecord>
  const model = definition.model ?? {}
  const more = useRunCard(run.id).data
  return (
    <div className={classes.card}>
      <h3 className={classes.heading}>Definition</h3>
      <Facts
        facts={[
          ['Metric', `${run.metricLabel}, version ${run.metricVersion}`],
          ['Definition hash', definition.metric ? run.definitionHash : DASH],
          ...Object.entries(definition.params).map(
            ([name, value]) => [`Parameter ${name}`, show(value)] as const,
          ),
        ]}
      />
      {more?.metric ? (
        <Facts
          facts={[
            ['Formula', more.metric.formula],
            ['Source', more.metric.source],
          ]}
        />
      ) : null}
      <h3 className={classes.heading}>Model</h3>
      {definition.model ? (
        <>
          <Facts
            facts={Object.entries(model).map(([name, value]) => [name, show(value)] as const)}
          />
          {more?.otherModel ? (
            <p className={classes.text}>
              {more.otherModel} Values of the two are never mixed: this run stays as it is, and
              computing the metric again makes a new one, which columns show when you pin it.
            </p>
          ) : null}
          {more?.accuracy ? (
            <Facts
              facts={[
                ['Weights that scored', more.accuracy.weights],
                ['Expected error', more.accuracy.error],
              ]}
            />
          ) : null}
        </>
      ) : (
        <p className={classes.text}>
          {record.backendLabel === IMPORTED_LABEL
            ? 'Not known: the values were imported with the files named below.'
            : 'This metric needs no model.'}
        </p>
      )}
      <h3 className={classes.heading}>Prompts</h3>
      {definition.prompts.length > 0 ? (
        <>
          <Facts
            facts={definition.prompts.map(
              (prompt) => [`${prompt.id}, version ${prompt.version}`, prompt.hash] as const,
            )}
          />
          {more?.prompts.map((prompt) => (
            <details key={prompt.id} className={classes.prompt}>
              <summary>Text of {prompt.name ?? prompt.id}</summary>
              <ClampedText text={prompt.text} limit={4_000} mono />
            </details>
          ))}
          <JudgingFacts runId={run.id} done={run.done} />
        </>
      ) : (
        <p className={classes.text}>This metric sends no prompt.</p>
      )}
      {run.outdatedCells > 0 ? (
        <p className={classes.text}>
          {plural(run.outdatedCells, 'cell')} of this run {run.outdatedCells === 1 ? 'was' : 'were'}{' '}
          realigned, given other operators or given another current response set since then: the
          values there belong to the older version, until they are computed again.
        </p>
      ) : null}
      <h3 className={classes.heading}>Record</h3>
      <Facts
        facts={[
          ['Backend', record.backendLabel ?? 'none'],
          ...(record.fingerprint ? [['Model recognised as', record.fingerprint] as const] : []),
          ['Rows', rowSetText(run.rowSet)],
          ...(run.responseSets.length > 0
            ? [['Responses', run.responseSets.join(', ')] as const]
            : []),
          ['Done', `${formatCount(run.done)} of ${formatCount(run.total)}`],
          [
            'With a value',
            `${formatCount(run.valued)} (${formatShare(run.done > 0 ? run.valued / run.done : 0)} of the rows done)`,
          ],
          ['Created', formatDateTime(run.createdAt)],
          ['Started', record.startedAt ? formatDateTime(record.startedAt) : 'not started'],
          ['Finished', record.finishedAt ? formatDateTime(record.finishedAt) : 'not finished'],
          [
            'Computing time',
            record.activeMs === undefined ? DASH : formatDuration(record.activeMs),
          ],
          [
            'Tokens',
            `${formatCount(record.promptTokens ?? 0)} prompt, ${formatCount(record.completionTokens ?? 0)} output, ${formatCount(record.scoredTokens ?? 0)} scored, ${formatCount(record.embeddedTokens ?? 0)} embedded`,
          ],
          [
            'Requests',
            `${formatCount(record.requests ?? 0)} sent, ${formatCount(record.retries ?? 0)} of them retried; ${formatCount(record.cachedRequests ?? 0)} from cache`,
          ],
          ['Cost', run.cost ? `${costText(run.cost)}, at current prices` : 'no price known'],
          ...Object.entries(record.notes ?? {}).map(
            ([name, value]) => [name, noteText(value)] as const,
          ),
          ['Program version', show(record.appVersion)],
          ...(record.recorded
            ? [['Origin of the values', recordedText(record.recorded, run.done)] as const]
            : []),
        ]}
      />
      <h3 className={classes.heading}>Rows without a value or with warnings</h3>
      <Reasons reasons={record.reasons ?? {}} />
    </div>
  )
}
