'use client'

import { Button, Input, Modal, Stack } from '@mantine/core'
import { useState } from 'react'
import { RowSetFields } from '@/components/fields/row-set-fields'
import { useBackends } from '@/components/hooks/use-backends'
import { useResponseSets } from '@/components/hooks/use-responses'
import { useCompute, useDryRun } from '@/components/hooks/use-compute'
import { useViewState } from '@/components/hooks/use-view-state'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { plural } from '@/lib/contracts/format'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { ErrorState } from '@/components/ui/states'
import {
  BudgetFields,
  budgetOrNull,
  currencyOf,
  NO_BUDGET,
} from '@/components/views/jobs/budget-fields'
import type { ComputeRequest, MetricInfo } from '@/lib/contracts/compute'
import type { RowSet } from '@/lib/contracts/run'
import type { CellInfo, StudyDetail } from '@/lib/contracts/study'
import { ComputeMetrics } from './compute-metrics'
import { studyCoverage } from './coverage'
import { DryRunTable } from './dry-run-table'

interface ComputeDialogProps {
  detail: StudyDetail
  /** Cells to restrict to; empty = the whole study. */
  cells: readonly CellInfo[]
  measured: readonly MetricInfo[]
  onClose(): void
}

export interface MetricChoice {
  isOn: boolean
  backendId: string | null
  params: Record<string, unknown>
}

function scopeText(detail: StudyDetail, cells: readonly CellInfo[]): string {
  const [first] = cells
  if (!first) return `all ${plural(detail.cells.length, 'cell')} of the study`
  const arm = detail.arms.find((one) => one.key === first.armKey)?.label ?? 'seeds'
  const seedSet = detail.seedSets.find((one) => one.key === first.seedSetKey)?.label
  return `${seedSet ?? first.seedSetKey}, ${arm}, round ${first.round}`
}

/** Chooses metrics, backends, parameters and rows, estimates the work, and starts it as jobs. */
export function ComputeDialog({ detail, cells, measured, onClose }: ComputeDialogProps) {
  const studyId = detail.study.id
  const { state } = useViewState()
  const backends = useBackends()
  const responses = useResponseSets(studyId)
  const names = {
    evolver: detail.arms.map(({ key, label }) => ({ value: key, label })),
    responses: [...new Set((responses.data ?? []).map(({ label }) => label))].map((label) => ({
      value: label,
      label,
    })),
  }
  const dryRun = useDryRun(studyId)
  const compute = useCompute(studyId)
  const [choices, setChoices] = useState<Record<string, MetricChoice>>(() => {
    const missing = new Set(
      studyCoverage(detail.cells, measured).missingIn(cells.length > 0 ? cells : detail.cells),
    )
    return Object.fromEntries(
      measured.map((metric) => [
        metric.id,
        { isOn: missing.has(metric.id), backendId: null, params: {} },
      ]),
    )
  })
  const [rowSet, setRowSet] = useState<RowSet>({ kind: 'all' })
  const [budget, setBudget] = useState(NO_BUDGET)

  const chosen = measured.filter((metric) => choices[metric.id]?.isOn)
  const request: ComputeRequest = {
    metrics: chosen.map((metric) => ({
      metric: metric.id,
      params: choices[metric.id]?.params ?? {},
    })),
    backends: Object.fromEntries(
      chosen.flatMap((metric) => {
        const backendId = choices[metric.id]?.backendId
        return backendId ? [[metric.id, backendId]] : []
      }),
    ),
    rowSet,
    cellIds: cells.map((cell) => cell.id),
    budget: budgetOrNull(budget),
  }

  // A metric without a chosen backend may run on any of them.
  const isOpen = chosen.some(({ id, needs }) => needs.length > 0 && !choices[id]?.backendId)
  const used = Object.values(request.backends)
  const currency = currencyOf((backends.data ?? []).filter(({ id }) => isOpen || used.includes(id)))

  const start = () =>
    compute.mutate(request, {
      onSuccess: ({ jobs, blocked }) => {
        notifyDone(
          jobs.length > 0
            ? `${plural(jobs.length, 'job')} queued. Results appear as they arrive.`
            : 'No values are missing for these rows, so no job was started.',
        )
        for (const { metric, reason } of blocked) {
          const label = measured.find((one) => one.id === metric)?.label ?? metric
          notifyError(`${label} was not started`, new Error(reason))
        }
        onClose()
      },
    })

  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={`Compute metrics: ${scopeText(detail, cells)}`}
    >
      <Stack gap="md">
        <ComputeMetrics
          measured={measured}
          backends={backends.data ?? []}
          names={names}
          choices={choices}
          onChange={(id, choice) => {
            dryRun.reset()
            setChoices((before) => ({ ...before, [id]: choice }))
          }}
        />
        <RowSetFields
          description="Rows that already have a value for the same definition are not computed again."
          filter={state.filter}
          value={rowSet}
          onChange={(next) => {
            dryRun.reset()
            setRowSet(next)
          }}
        />
        <Input.Wrapper
          label="Limits per job"
          description="A job that reaches a limit pauses. Its results are kept, and it resumes with a higher limit."
        >
          <BudgetFields value={budget} currency={currency} onChange={setBudget} />
        </Input.Wrapper>
        {dryRun.data ? <DryRunTable estimates={dryRun.data} measured={measured} /> : null}
        {dryRun.error ? (
          <ErrorState error={dryRun.error} what="The work could not be estimated" />
        ) : null}
        <DialogFoot error={compute.error} what="Nothing was started" onClose={onClose}>
          <Button
            variant="default"
            disabled={chosen.length === 0}
            loading={dryRun.isPending}
            onClick={() => dryRun.mutate(request)}
          >
            Estimate time and cost
          </Button>
          <Button disabled={chosen.length === 0} loading={compute.isPending} onClick={start}>
            {chosen.length === 0 ? 'Compute' : `Compute ${plural(chosen.length, 'metric')}`}
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
