'use client'

import { Anchor, Button } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import { measuresCsvUrl, useSetRuns } from '@/components/hooks/use-measures'
import { formatCount, formatSpread, plural, shortHash } from '@/components/ui/format'
import { Section } from '@/components/ui/page'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { QueryState } from '@/components/ui/states'
import type { SetCell, SetRun } from '@/lib/contracts/measure'
import { STATUSES, type StatusName } from '@/lib/contracts/status'

const reasonText = (reason: StatusName | null) =>
  STATUSES.find(({ name }) => name === reason)?.sentence ?? ''

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
        <span title={reasonText(reason)}>
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

function MeasureTable({ run, onOpen }: { run: SetRun; onOpen(): void }) {
  return (
    <ScrollRegion label={run.label}>
      <table className="ev-table">
        <caption style={{ textAlign: 'left', padding: '6px 10px' }}>
          <strong>{run.label}</strong>: {paramText(run)}.{' '}
          <Anchor component="button" type="button" size="sm" onClick={onOpen}>
            Run details
          </Anchor>{' '}
          <span className="ev-dim ev-mono" title={run.definitionHash}>
            {shortHash(run.definitionHash)}
          </span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Seed set</th>
            <th scope="col">Evolver</th>
            <th scope="col" className="ev-num">
              Round
            </th>
            {run.outputs.map(({ key, label, unit, description, directionMeans, direction }) => (
              <th
                key={key}
                scope="col"
                className="ev-num"
                title={`${description} ${direction === 'none' ? '' : `${direction === 'higher' ? 'Higher' : 'Lower'}: `}${directionMeans}`}
              >
                {label} {unit ? <span className="ev-dim">({unit})</span> : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {run.cells.map((cell) => (
            <tr key={cell.cellId}>
              <td dir="auto">{cell.seedSet}</td>
              <td dir="auto">{cell.arm}</td>
              <td className="ev-num">{cell.round}</td>
              {run.outputs.map(({ key }) => (
                <td key={key} className="ev-num" style={{ whiteSpace: 'nowrap' }}>
                  <Value record={cell.record} output={key} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
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
            <p className="ev-dim" style={{ margin: 0 }}>
              None yet. They compare whole cells, for example by how much their texts repeat each
              other, over random draws of equally many rows.
            </p>
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
