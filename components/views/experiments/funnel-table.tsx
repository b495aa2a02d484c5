'use client'

import { UnstyledButton } from '@mantine/core'
import { Table, type Column } from '@/components/ui/table'
import { ITEM_STATUSES, type Experiment, type StageInfo } from '@/lib/contracts/experiment'
import { DASH, formatCount } from '@/lib/contracts/format'
import { stageStateText, statusText } from './words'
import classes from './experiments.module.css'

interface StageCellProps {
  stage: StageInfo
  isOpen: boolean
  onOpen(): void
}

function countsText({ counts, total }: StageInfo): string {
  const parts = ITEM_STATUSES.filter((status) => counts[status] > 0).map(
    (status) => `${formatCount(counts[status])} ${statusText(status).toLowerCase()}`,
  )
  const text = parts.join(', ').replace(' ok', ' OK')
  if (total === null) return text
  return `${formatCount(total)} in${text ? `: ${text}` : ''}`
}

function StageCell({ stage, isOpen, onOpen }: StageCellProps) {
  const { counts, total, state, job } = stage
  const width = Math.max(1, total ?? 0)
  const share = job && job.progress.total > 0 ? job.progress.done / job.progress.total : null
  const progress = state === 'running' && share !== null ? ` ${Math.floor(share * 100)} %` : ''
  return (
    <UnstyledButton className={classes.stage} aria-pressed={isOpen} onClick={onOpen}>
      {stageStateText(state)}
      {progress}
      <span className={classes.bar} aria-hidden="true">
        {ITEM_STATUSES.map((status) => (
          <span
            key={status}
            data-part={status}
            style={{ width: `${(100 * counts[status]) / width}%` }}
          />
        ))}
      </span>
      <span className={classes.counts}>{countsText(stage)}</span>
    </UnstyledButton>
  )
}

interface FunnelTableProps {
  experiment: Experiment
  /** `evolver stage`. */
  open: string | null
  onOpen(place: string): void
}

/** Place of a stage in addresses. */
export const placeOf = ({ arm, stage }: Pick<StageInfo, 'arm' | 'stage'>): string =>
  `${arm}.${stage}`

/** Stages down, evolvers across: how many items went in and how they came out. */
export function FunnelTable({ experiment, open, onOpen }: FunnelTableProps) {
  const { plan, stages } = experiment
  const ids = [...new Set(stages.map(({ stage }) => stage))]
  const rows = ids.map((id) => stages.filter(({ stage }) => stage === id))
  const isShared = stages.some(({ arm }) => arm === '')
  const cell = (row: readonly StageInfo[], key: string) => {
    const stage = row.find(({ arm }) => arm === key)
    if (!stage) return DASH
    const place = placeOf(stage)
    return <StageCell stage={stage} isOpen={open === place} onOpen={() => onOpen(place)} />
  }
  const columns: Column<StageInfo[]>[] = [
    {
      name: 'Stage',
      kind: 'name',
      hint: ([first]) => first?.explains,
      cell: ([first]) => first?.label ?? '',
    },
    ...(isShared ? [{ name: 'All evolvers', cell: (row: StageInfo[]) => cell(row, '') }] : []),
    ...plan.arms.map(({ key, label }) => ({
      name: label,
      cell: (row: StageInfo[]) => cell(row, key),
    })),
  ]
  return (
    <Table
      label="Stages"
      className="ev-panel"
      columns={columns}
      rows={rows}
      keyOf={([first]) => first?.stage ?? ''}
    />
  )
}
