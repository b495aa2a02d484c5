'use client'

import { ClampedText } from '@/components/ui/clamped-text'
import { Disclosure } from '@/components/ui/link-button'
import { Table, type Column } from '@/components/ui/table'
import type { PlanTrial, TrialStage } from '@/lib/contracts/experiment'
import { DASH, formatCount, formatDuration } from '@/lib/contracts/format'
import { costText } from '@/lib/contracts/job-text'
import { tokensOf } from '@/lib/contracts/meter'
import { reasonText, statusText } from './words'

function timeText({ secondsLow, secondsHigh }: { secondsLow: number; secondsHigh: number }) {
  return `${formatDuration(secondsLow * 1000)} to ${formatDuration(secondsHigh * 1000)}`
}

function Items({ items, label }: Pick<TrialStage, 'items' | 'label'>) {
  if (items.length === 0) return DASH
  const columns: Column<TrialStage['items'][number]>[] = [
    { name: 'Item', kind: 'code', cell: ({ key }) => key },
    {
      name: 'Outcome',
      cell: ({ status, reason }) =>
        reason === null ? statusText(status) : `${statusText(status)}: ${reasonText(reason)}`,
    },
    {
      name: 'Prompt',
      kind: 'wrap',
      cell: ({ prompt }) => (prompt === null ? DASH : <ClampedText text={prompt} limit={300} />),
    },
    {
      name: 'Reply',
      kind: 'wrap',
      cell: ({ raw }) => (raw === null ? DASH : <ClampedText text={raw} limit={300} />),
    },
  ]
  return (
    <Disclosure show="Show prompts and replies" hide="Hide prompts and replies">
      <Table label={`Trial of ${label}`} columns={columns} rows={items} keyOf="key" className="" />
    </Disclosure>
  )
}

/** What each stage did on a few seeds, and what the whole plan takes. */
export function TrialTable({ trial }: { trial: PlanTrial }) {
  const columns: Column<TrialStage>[] = [
    { name: 'Stage', kind: 'name', cell: ({ label }) => label },
    { name: 'Evolver', kind: 'line', cell: ({ arm }) => arm || 'all' },
    { name: 'Requests', kind: 'number', cell: ({ total }) => formatCount(total) },
    { name: 'Tokens', kind: 'number', cell: ({ meter }) => formatCount(tokensOf(meter)) },
    {
      name: 'Time',
      kind: 'line',
      cell: (stage) => (stage.asked > 0 ? timeText(stage) : DASH),
    },
    { name: 'Cost', kind: 'line', cell: ({ cost }) => (cost ? costText(cost) : DASH) },
    {
      name: 'Trial',
      kind: 'wrap',
      cell: ({ blocked, items, label }) => blocked ?? <Items items={items} label={label} />,
    },
  ]
  const cost = trial.cost ? `, ${costText(trial.cost)}` : ', no price known'
  return (
    <Table
      label="Dry run"
      className="ev-panel"
      columns={columns}
      rows={trial.stages}
      keyOf={({ arm, stage }) => `${arm} ${stage}`}
      caption={`${trial.seeds} of ${formatCount(trial.allSeeds)} seeds tried. The whole plan: about ${formatCount(trial.tokens)} tokens, ${timeText(trial)}${cost}, without its measures.`}
    />
  )
}
