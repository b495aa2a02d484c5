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
} from '@/components/ui/format'
import { JudgingFacts } from '@/components/views/agreement/judging-facts'
import { costText } from '@/lib/contracts/job-text'
import { IMPORTED_LABEL } from '@/lib/contracts/imported-values'
import type { RunRecord } from '@/lib/contracts/run'
import { STATUSES } from '@/lib/contracts/status'
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

function Facts({ entries }: { entries: readonly (readonly [string, string])[] }) {
  return (
    <dl className={classes.facts}>
      {entries.map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function rowSetText(rowSet: Record<string, unknown>): string {
  if (rowSet['kind'] === 'sample') {
    return `${show(rowSet['slots'])} slots of each seed set, seed ${show(rowSet['seed'])}`
  }
  return rowSet['kind'] === 'filter' ? `rows of a filter: ${show(rowSet['filter'])}` : 'all rows'
}

function Reasons({ reasons }: { reasons: Record<string, number> }) {
  const entries = Object.entries(reasons).filter(([name, rows]) => rows > 0 && name !== 'ok')
  if (entries.length === 0)
    return <p className={classes.text}>Every row was computed as defined.</p>
  return (
    <table className="ev-table">
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col" className="ev-num">
            Rows
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map(([name, rows]) => (
          <tr key={name}>
            <td>
              {STATUSES.find((status) => status.name === name)?.sentence ?? name}{' '}
              <span className="ev-dim ev-mono">{name}</span>
            </td>
            <td className="ev-num">{formatCount(rows)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function recordedText(recorded: NonNullable<RunRecord['recorded']>, done: number): string {
  const { rows, at, appVersion, command } = recorded
  const here = done > rows ? ` The other ${formatCount(done - rows)} were computed here.` : ''
  return `${formatCount(rows)} rows came with the sample study and were not computed here: recorded on ${formatDateTime(at)} by version ${appVersion} with "${command}".${here}`
}

function Accuracy({ runId }: { runId: string }) {
  const accuracy = useRunCard(runId).data?.accuracy
  return accuracy ? (
    <Facts
      entries={[
        ['Weights that scored', accuracy.weights],
        ['Expected error', accuracy.error],
      ]}
    />
  ) : null
}

function PromptTexts({ runId }: { runId: string }) {
  const { data } = useRunCard(runId)
  return data?.prompts.map((prompt) => (
    <details key={prompt.id} className={classes.prompt}>
      <summary>Text of {prompt.name ?? prompt.id}</summary>
      <ClampedText text={prompt.text} limit={4_000} mono />
    </details>
  ))
}

/** What was measured, with what, on which rows, and how many failed. */
export function RunCard({ run }: { run: RunInfo }) {
  const { definition } = run
  const record = run.record as Partial<RunRecord>
  const model = definition.model ?? {}
  return (
    <div className={classes.card}>
      <h3 className={classes.heading}>Definition</h3>
      <Facts
        entries={[
          ['Metric', `${run.metricLabel}, version ${run.metricVersion}`],
          ['Definition hash', definition.metric ? run.definitionHash : DASH],
          ...Object.entries(definition.params).map(
            ([name, value]) => [`Parameter ${name}`, show(value)] as const,
          ),
        ]}
      />
      <h3 className={classes.heading}>Model</h3>
      {definition.model ? (
        <>
          <Facts
            entries={Object.entries(model).map(([name, value]) => [name, show(value)] as const)}
          />
          <Accuracy runId={run.id} />
        </>
      ) : (
        <p className={classes.text}>
          {record.backendLabel === IMPORTED_LABEL
            ? 'Not known: the values came with the files named below.'
            : 'This metric needs no model.'}
        </p>
      )}
      <h3 className={classes.heading}>Prompts</h3>
      {definition.prompts.length > 0 ? (
        <>
          <Facts
            entries={definition.prompts.map(
              (prompt) => [`${prompt.id}, version ${prompt.version}`, prompt.hash] as const,
            )}
          />
          <PromptTexts runId={run.id} />
        </>
      ) : (
        <p className={classes.text}>This metric sends no prompt.</p>
      )}
      {definition.prompts.length > 0 ? (
        <JudgingFacts
          runId={run.id}
          done={run.done}
          render={(entries) => <Facts entries={entries} />}
        />
      ) : null}
      {run.outdatedCells > 0 ? (
        <p className={classes.text}>
          {plural(run.outdatedCells, 'cell')} of this run {run.outdatedCells === 1 ? 'was' : 'were'}{' '}
          aligned again or got other operators since: the values there are those of the older
          version. Compute again for the new one.
        </p>
      ) : null}
      <h3 className={classes.heading}>Record</h3>
      <Facts
        entries={[
          ['Backend', record.backendLabel ?? 'none'],
          ...(record.fingerprint ? [['Model recognised as', record.fingerprint] as const] : []),
          ['Rows', rowSetText(run.rowSet)],
          ['Done', `${formatCount(run.done)} of ${formatCount(run.total)}`],
          [
            'With a value',
            `${formatCount(run.valued)} (${formatShare(run.done > 0 ? run.valued / run.done : 0)} of those done)`,
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
            `${formatCount(record.promptTokens ?? 0)} prompt, ${formatCount(record.completionTokens ?? 0)} written, ${formatCount(record.scoredTokens ?? 0)} scored, ${formatCount(record.embeddedTokens ?? 0)} embedded`,
          ],
          [
            'Requests',
            `${formatCount(record.requests ?? 0)} sent, ${formatCount(record.retries ?? 0)} of them again; ${formatCount(record.cachedRequests ?? 0)} answers from the cache`,
          ],
          ['Cost', run.cost ? `${costText(run.cost)}, at the present prices` : 'no price known'],
          ...Object.entries(record.notes ?? {}).map(
            ([name, value]) => [name, show(value)] as const,
          ),
          ['Program version', show(record.appVersion)],
          ...(record.recorded
            ? [['Origin of the values', recordedText(record.recorded, run.done)] as const]
            : []),
        ]}
      />
      <h3 className={classes.heading}>Rows without a value, or with a remark</h3>
      <Reasons reasons={record.reasons ?? {}} />
    </div>
  )
}
