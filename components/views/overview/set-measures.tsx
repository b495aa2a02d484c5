'use client'

import { Button, Text } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import { measuresCsvUrl, useSetRuns } from '@/components/hooks/use-measures'
import { formatCount, formatSpread, plural, shortHash } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { SetCell, SetRun } from '@/lib/contracts/measure'
import { statusSentence } from '@/lib/contracts/status'

function paramText(run: SetRun): string {
  const { n, draws, seed, field, textRecipe } = run.params
  return `${String(draws)} draws of ${n === null ? 'all' : formatCount(Number(n))} rows, random seed ${String(seed)}, text: ${String(field ?? textRecipe)}${run.isSubset ? ', of a subset' : ''}`
}

function Value({ record, output }: { record: SetCell['record']; output: string }) {
  const value = record?.values[output]
  if (!record || !value) return <span className="ev-dim">not computed yet</span>
  const { mean, sd, min, max, reason, whole } = value
  return (
    <>
      {mean === null ? (
        <span title={reason ? statusSentence(reason) : ''}>
          no value <span className="ev-dim ev-mono">{reason}</span>
        </span>
      ) : (
        <span title={`${mean} (draws from ${min} to ${max})`}>
          {formatSpread(mean, sd)}
          {sd === null ? ' (one draw)' : sd === 0 ? ' in every draw' : ''}
        </span>
      )}
      <div className="ev-dim" title={whole === null ? undefined : String(whole)}>
        whole cell {whole === null ? 'none' : formatSpread(whole, null)}, n{' '}
        {formatCount(record.size)}
      </div>
    </>
  )
}

function columnsOf({ outputs }: SetRun): Column<SetCell>[] {
  return [
    { name: 'Seed set', cell: ({ seedSet }) => seedSet },
    { name: 'Evolver', cell: ({ arm }) => arm },
    { name: 'Round', kind: 'number', cell: ({ round }) => round },
    ...outputs.map(({ key, label, unit, description, directionMeans, direction }) => {
      const word = { none: '', higher: 'Higher: ', lower: 'Lower: ' }[direction]
      return {
        name: key,
        kind: 'number' as const,
        head: (
          <span title={`${description} ${word}${directionMeans}`}>
            {label} {unit ? <span className="ev-dim">({unit})</span> : null}
          </span>
        ),
        cell: ({ record }: SetCell) => <Value record={record} output={key} />,
      }
    }),
  ]
}

function MeasureTable({ run, onOpen }: { run: SetRun; onOpen(): void }) {
  return (
    <Table
      label={run.label}
      caption={
        <Text inherit fw={400}>
          <strong>{run.label}</strong>: {paramText(run)}.{' '}
          <LinkButton onClick={onOpen}>Run details</LinkButton>{' '}
          <span className="ev-dim ev-mono" title={run.definitionHash}>
            {shortHash(run.definitionHash)}
          </span>
        </Text>
      }
      columns={columnsOf(run)}
      rows={run.cells}
      keyOf="cellId"
    />
  )
}

interface SetMeasuresProps {
  studyId: string
  onCompute(): void
}

/** Numbers of whole cells at equal size: the shown run of each measure. */
export function SetMeasures({ studyId, onCompute }: SetMeasuresProps) {
  const query = useSetRuns(studyId)
  const [, openRun] = useQueryState('run', parseAsString.withOptions({ history: 'push' }))
  const actions = (
    <>
      {query.data?.length ? (
        <Button component="a" variant="default" size="xs" href={measuresCsvUrl(studyId)} download>
          CSV
        </Button>
      ) : null}
      <Button variant="default" size="xs" onClick={onCompute}>
        Compute a measure of a set
      </Button>
    </>
  )
  return (
    <Section
      id="measures"
      title="Measures of a set"
      note="one number for each cell, at equal size"
      actions={actions}
    >
      <QueryState query={query} what="The measures could not be read" lines={2} height={56}>
        {(runs) => {
          const tables = (pinned: boolean) =>
            runs
              .filter((run) => run.pinned === pinned)
              .map((run) => (
                <MeasureTable key={run.runId} run={run} onOpen={() => void openRun(run.runId)} />
              ))
          const others = tables(false)
          return runs.length === 0 ? (
            <Text c="dimmed">
              None yet. They compare whole cells, for example by how much their texts repeat each
              other, over random draws of equally many rows.
            </Text>
          ) : (
            <>
              {tables(true)}
              {others.length > 0 ? (
                <details>
                  <summary>{plural(others.length, 'run')} with other parameters</summary>
                  {others}
                </details>
              ) : null}
            </>
          )
        }}
      </QueryState>
    </Section>
  )
}
