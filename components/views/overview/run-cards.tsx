'use client'

import { Anchor, Button, Drawer, Group } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import { usePinRun, useRetryRun } from '@/components/hooks/use-compute'
import { formatCount, formatDateTime, shortHash } from '@/components/ui/format'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { ProgressBar } from '@/components/ui/progress-bar'
import { IMPORTED_LABEL } from '@/lib/contracts/imported-values'
import type { RunRecord } from '@/lib/contracts/run'
import { STATUSES } from '@/lib/contracts/status'
import type { RunInfo, StudyDetail } from '@/lib/contracts/study'
import { RunCard } from './run-card'

const RETRYABLE = new Set<string>(STATUSES.filter((one) => one.retryable).map((one) => one.name))

/** Rows of a run that failed for a reason that may pass. */
function retryableRows(run: RunInfo): number {
  const { reasons = {}, backendLabel } = run.record as Partial<RunRecord>
  // Only another file could say more.
  if (backendLabel === IMPORTED_LABEL) return 0
  return Object.entries(reasons).reduce(
    (sum, [name, rows]) => sum + (RETRYABLE.has(name) ? rows : 0),
    0,
  )
}

function RunLine({ run, onOpen }: { run: RunInfo; onOpen(): void }) {
  const { backendLabel } = run.record as Partial<RunRecord>
  const failed = run.done - run.valued
  return (
    <tr>
      <td>
        <Anchor component="button" type="button" onClick={onOpen} size="sm" fw={600}>
          {run.metricLabel}
        </Anchor>
        {run.pinned ? <span className="ev-dim"> · shown</span> : null}
      </td>
      <td>{backendLabel ?? <span className="ev-dim">none needed</span>}</td>
      <td className="ev-mono" title={run.definitionHash}>
        {shortHash(run.definitionHash)}
      </td>
      <td className="ev-num">
        {formatCount(run.done)} of {formatCount(run.total)}
        <ProgressBar
          share={run.total > 0 ? run.done / run.total : null}
          label={`Progress of ${run.metricLabel}`}
          height={4}
        />
      </td>
      <td className="ev-num">{failed > 0 ? formatCount(failed) : 'none'}</td>
      <td style={{ whiteSpace: 'nowrap' }}>{formatDateTime(run.createdAt)}</td>
    </tr>
  )
}

/** Provenance of every number of the study; a card opens with the whole definition and record. */
export function RunCards({ detail }: { detail: StudyDetail }) {
  const [openId, setOpenId] = useQueryState('run', parseAsString.withOptions({ history: 'push' }))
  const pin = usePinRun(detail.study.id)
  const retry = useRetryRun(detail.study.id)
  const open = detail.runs.find((run) => run.id === openId) ?? null
  const nRetryable = open ? retryableRows(open) : 0
  const close = () => void setOpenId(null)

  return (
    <Section title="Runs" note="what each number was measured with">
      {detail.runs.length === 0 ? (
        <p className="ev-dim" style={{ margin: 0 }}>
          Nothing was computed yet.
        </p>
      ) : (
        <ScrollRegion label="Runs">
          <table className="ev-table">
            <thead>
              <tr>
                <th scope="col">Metric</th>
                <th scope="col">Backend</th>
                <th scope="col">Definition</th>
                <th scope="col" className="ev-num">
                  Rows done
                </th>
                <th scope="col" className="ev-num">
                  Without a value
                </th>
                <th scope="col">Created</th>
              </tr>
            </thead>
            <tbody>
              {detail.runs.map((run) => (
                <RunLine key={run.id} run={run} onOpen={() => void setOpenId(run.id)} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      <Drawer
        opened={open !== null}
        onClose={close}
        position="right"
        size="lg"
        title={open ? `Card: ${open.metricLabel}` : ''}
      >
        {open ? (
          <>
            <RunCard run={open} />
            <Group gap="xs" mt="md">
              {open.pinned ? null : (
                <Button
                  variant="default"
                  loading={pin.isPending}
                  onClick={() =>
                    pin.mutate(open.id, {
                      onSuccess: () => notifyDone('Tables and figures now show this run.'),
                      onError: (error) => notifyError('The run was not chosen', error),
                    })
                  }
                >
                  Show this run in tables and figures
                </Button>
              )}
              {nRetryable > 0 ? (
                <Button
                  variant="default"
                  loading={retry.isPending}
                  onClick={() =>
                    retry.mutate(open.id, {
                      onSuccess: () => notifyDone('The failed rows are asked again.'),
                      onError: (error) => notifyError('Nothing was started', error),
                    })
                  }
                >
                  Retry {formatCount(nRetryable)} failed rows
                </Button>
              ) : null}
            </Group>
          </>
        ) : null}
      </Drawer>
    </Section>
  )
}
