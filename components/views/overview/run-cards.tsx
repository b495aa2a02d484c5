'use client'

import { Button, Drawer, Group, Text } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import type { ReactNode } from 'react'
import { useCompute, usePinRun, useRetryRun } from '@/components/hooks/use-compute'
import { formatCount, formatDateTime, plural, shortHash } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { ProgressBar } from '@/components/ui/progress-bar'
import { Table, type Column } from '@/components/ui/table'
import { IMPORTED_LABEL } from '@/lib/contracts/imported-values'
import type { RunRecord } from '@/lib/contracts/run'
import { STATUSES } from '@/lib/contracts/status'
import type { RunInfo, StudyDetail } from '@/lib/contracts/study'
import { RunCard } from './run-card'

const RETRYABLE = new Set<string>(STATUSES.filter((one) => one.retryable).map((one) => one.name))

/** Rows of a run that failed for a temporary reason. */
function retryableRows(run: RunInfo): number {
  const { reasons = {}, backendLabel } = run.record as Partial<RunRecord>
  // Values of a file do not change when they are asked for again.
  if (backendLabel === IMPORTED_LABEL) return 0
  return Object.entries(reasons).reduce(
    (sum, [name, rows]) => sum + (RETRYABLE.has(name) ? rows : 0),
    0,
  )
}

function columnsOf(onOpen: (id: string) => void): Column<RunInfo>[] {
  return [
    {
      name: 'Metric',
      cell: (run) => (
        <>
          <LinkButton onClick={() => onOpen(run.id)} fw={600}>
            {run.metricLabel}
          </LinkButton>
          {run.pinned ? <span className="ev-dim"> · shown</span> : null}
        </>
      ),
    },
    {
      name: 'Backend',
      cell: ({ record }) =>
        (record as Partial<RunRecord>).backendLabel ?? <span className="ev-dim">none needed</span>,
    },
    {
      name: 'Definition',
      kind: 'code',
      hint: ({ definitionHash }) => definitionHash,
      cell: ({ definitionHash }) => shortHash(definitionHash),
    },
    {
      name: 'Rows done',
      kind: 'number',
      cell: (run) => (
        <>
          {formatCount(run.done)} of {formatCount(run.total)}
          <ProgressBar
            share={run.total > 0 ? run.done / run.total : null}
            label={`Progress of ${run.metricLabel}`}
            height={4}
          />
        </>
      ),
    },
    {
      name: 'Without a value',
      kind: 'number',
      cell: ({ done, valued }) => (done > valued ? formatCount(done - valued) : 'none'),
    },
    { name: 'Created', kind: 'line', cell: ({ createdAt }) => formatDateTime(createdAt) },
  ]
}

interface RunActionProps {
  change: ReturnType<typeof usePinRun> | ReturnType<typeof useRetryRun>
  runId: string
  done: string
  failure: string
  children: ReactNode
}

/** A button that changes a run and says whether it worked. */
function RunAction({ change, runId, done, failure, children }: RunActionProps) {
  const act = () =>
    change.mutate(runId, {
      onSuccess: () => notifyDone(done),
      onError: (error) => notifyError(failure, error),
    })
  return (
    <Button variant="default" loading={change.isPending} onClick={act}>
      {children}
    </Button>
  )
}

/** Computes a run's metric again in the cells that were aligned again since; nothing where another run has done so. */
function ComputeAgain({ detail, run }: { detail: StudyDetail; run: RunInfo }) {
  const compute = useCompute(detail.study.id)
  const { metric, params } = run.definition
  const cells = detail.cells.filter((cell) =>
    cell.metrics.some((one) => one.runId === run.id && one.isOutdated),
  )
  if (cells.length === 0) return null
  const act = () =>
    compute.mutate(
      {
        metrics: [{ metric, params }],
        ...(run.backendId === null ? {} : { backends: { [metric]: run.backendId } }),
        rowSet: run.rowSet,
        cellIds: cells.map(({ id }) => id),
      },
      {
        onSuccess: () => notifyDone('The values are being computed again, in a run of their own.'),
        onError: (error) => notifyError('Nothing was started', error),
      },
    )
  return (
    <Button variant="default" loading={compute.isPending} onClick={act}>
      Compute {plural(cells.length, 'cell')} again
    </Button>
  )
}

/** Provenance of every number of the study; each run opens with its whole definition and record. */
export function RunCards({ detail }: { detail: StudyDetail }) {
  const [openId, setOpenId] = useQueryState('run', parseAsString.withOptions({ history: 'push' }))
  const pin = usePinRun(detail.study.id)
  const retry = useRetryRun(detail.study.id)
  const open = detail.runs.find((run) => run.id === openId) ?? null
  const nRetryable = open ? retryableRows(open) : 0
  const close = () => void setOpenId(null)

  return (
    <Section title="Runs" note="how each value was computed">
      {detail.runs.length === 0 ? (
        <Text c="dimmed">No metric has been computed yet.</Text>
      ) : (
        <Table
          label="Runs"
          columns={columnsOf((id) => void setOpenId(id))}
          rows={detail.runs}
          keyOf="id"
        />
      )}
      <Drawer
        opened={open !== null}
        onClose={close}
        position="right"
        size="lg"
        title={open ? `Run details: ${open.metricLabel}` : ''}
      >
        {open ? (
          <>
            <RunCard run={open} />
            <Group gap="xs" mt="md">
              {open.pinned ? null : (
                <RunAction
                  change={pin}
                  runId={open.id}
                  done="Tables and figures now show this run."
                  failure="The run was not selected"
                >
                  Show this run in tables and figures
                </RunAction>
              )}
              <ComputeAgain detail={detail} run={open} />
              {nRetryable > 0 ? (
                <RunAction
                  change={retry}
                  runId={open.id}
                  done="The failed rows are being retried."
                  failure="Nothing was started"
                >
                  Retry {formatCount(nRetryable)} failed rows
                </RunAction>
              ) : null}
            </Group>
          </>
        ) : null}
      </Drawer>
    </Section>
  )
}
