'use client'

import { Anchor, Button, Group, Pagination, Select } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import { useRetryStage, useStageItems } from '@/components/hooks/use-experiments'
import { filterQuery } from '@/components/hooks/use-view-state'
import { ClampedText } from '@/components/ui/clamped-text'
import { notifyError } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import { JobLine } from '@/components/views/jobs/job-line'
import {
  ITEM_STATUSES,
  passMatrixSchema,
  promptVersionSchema,
  type Experiment,
  type ItemStatus,
  type StageInfo,
  type StageItem,
} from '@/lib/contracts/experiment'
import { emptyFilter } from '@/lib/contracts/filter'
import { DASH, formatCount, plural } from '@/lib/contracts/format'
import type { StudyDetail } from '@/lib/contracts/study'
import { PassMatrixTable } from './pass-matrix'
import { PromptVersionText } from './prompt-version'
import { reasonText, statusText } from './words'

// A page of raw replies is read, not scanned.
const ITEMS_PER_PAGE = 20

interface StagePanelProps {
  study: StudyDetail
  experiment: Experiment
  stage: StageInfo
}

type Reason = StageInfo['reasons'][number]

function Reasons({ reasons }: Pick<StageInfo, 'reasons'>) {
  const columns: Column<Reason>[] = [
    { name: 'Outcome', kind: 'line', cell: ({ status }) => statusText(status) },
    { name: 'Reason', cell: ({ reason }) => reasonText(reason) },
    { name: 'Items', kind: 'number', cell: ({ count }) => formatCount(count) },
    {
      name: 'Examples',
      kind: 'wrap',
      cell: ({ examples }) =>
        examples.map(({ key, raw }) => (
          <div key={key}>
            <code>{key}</code> {raw ? <ClampedText text={raw} limit={160} /> : null}
          </div>
        )),
    },
  ]
  return (
    <Table
      label="Reasons"
      className="ev-panel"
      columns={columns}
      rows={reasons}
      keyOf={({ status, reason }) => `${status} ${reason}`}
    />
  )
}

function valueText(value: StageItem['value']): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

function Made({ value, raw }: Pick<StageItem, 'value' | 'raw'>) {
  const { data: matrix } = passMatrixSchema.safeParse(value)
  if (matrix) return <PassMatrixTable matrix={matrix} />
  const { data: version } = promptVersionSchema.safeParse(value)
  if (version) return <PromptVersionText version={version} />
  if (value === raw?.trim()) return 'the reply'
  return <ClampedText text={valueText(value)} limit={400} />
}

function Items({ study, experiment, stage }: StagePanelProps) {
  const [status, setStatus] = useState<ItemStatus | null>(null)
  const [page, setPage] = useState(1)
  const query = useStageItems(study.study.id, experiment.id, {
    arm: stage.arm,
    stage: stage.stage,
    ...(status === null ? {} : { status }),
    offset: (page - 1) * ITEMS_PER_PAGE,
    limit: ITEMS_PER_PAGE,
  })
  // A stage of arithmetic asks no model.
  const hasReplies = query.data?.items.some(({ raw, message }) => (message ?? raw) !== null)
  const replies: Column<StageItem> = {
    name: 'Raw reply',
    kind: 'wrap',
    cell: ({ raw, message }) => <ClampedText text={message ?? raw ?? DASH} limit={400} />,
  }
  const columns: Column<StageItem>[] = [
    { name: 'Item', kind: 'code', cell: ({ key }) => key },
    {
      name: 'Outcome',
      cell: ({ status: outcome, reason, attempt }) =>
        [
          statusText(outcome),
          ...(reason === null ? [] : [reasonText(reason)]),
          ...(attempt > 1 ? [`attempt ${attempt}`] : []),
        ].join(', '),
    },
    ...(hasReplies ? [replies] : []),
    {
      name: 'What was made of it',
      kind: 'wrap',
      cell: ({ value, raw }) => <Made value={value} raw={raw} />,
    },
  ]
  return (
    <Section
      title="Items"
      note={query.data ? plural(query.data.total, 'item') : null}
      actions={
        <Select
          aria-label="Outcome of the items"
          w={160}
          data={[
            { value: '', label: 'Every outcome' },
            ...ITEM_STATUSES.map((value) => ({ value, label: statusText(value) })),
          ]}
          value={status ?? ''}
          onChange={(next) => {
            setStatus(ITEM_STATUSES.find((one) => one === next) ?? null)
            setPage(1)
          }}
        />
      }
    >
      <QueryState query={query} what="The items could not be read" lines={6} height={40}>
        {({ items, total }) => (
          <>
            <Table
              label="Items of the stage"
              className="ev-panel"
              columns={columns}
              rows={items}
              keyOf="key"
            >
              {items.length === 0 ? <p className="ev-dim">No items of this outcome.</p> : null}
            </Table>
            {total > ITEMS_PER_PAGE ? (
              <Pagination
                mt="sm"
                total={Math.ceil(total / ITEMS_PER_PAGE)}
                value={page}
                onChange={setPage}
              />
            ) : null}
          </>
        )}
      </QueryState>
    </Section>
  )
}

/** Links to the rows that a stage made. */
function MadeRows({ study, stage }: Omit<StagePanelProps, 'experiment'>) {
  const made = study.cells.filter(({ id }) => stage.cells.includes(id))
  const [first] = made
  if (!first || first.armKey === null) return null
  const filter = filterQuery({ ...emptyFilter(), arms: [first.armKey], rounds: [first.round] })
  const rows = made.reduce((sum, { rowCount }) => sum + rowCount, 0)
  const base = `/studies/${study.study.id}`
  return (
    <Group gap="md">
      <Anchor component={Link} size="sm" href={`${base}/rows${filter}`}>
        {plural(rows, 'row')}
      </Anchor>
      <Anchor component={Link} size="sm" href={`${base}/lineage${filter}`}>
        Lineage
      </Anchor>
      <Anchor component={Link} size="sm" href={`${base}/figures${filter}`}>
        Figures
      </Anchor>
    </Group>
  )
}

/** One stage of one evolver: its job, reasons with examples, and every item with its raw reply. */
export function StagePanel({ study, experiment, stage }: StagePanelProps) {
  const retry = useRetryStage(study.study.id, experiment.id)
  const evolver = experiment.plan.arms.find(({ key }) => key === stage.arm)?.label
  const { failed } = stage.counts
  return (
    <>
      <Section
        title={evolver === undefined ? stage.label : `${stage.label}, ${evolver}`}
        note={stage.why ?? stage.explains}
        actions={
          stage.isRetryable ? (
            <Button
              variant="default"
              loading={retry.isPending}
              onClick={() =>
                retry.mutate(
                  { arm: stage.arm, stage: stage.stage },
                  { onError: (error) => notifyError('The stage was not retried', error) },
                )
              }
            >
              Retry {plural(failed, stage.kind === 'respond' ? 'failed response' : 'failed item')}
            </Button>
          ) : null
        }
      >
        {stage.job && stage.state !== 'done' ? (
          <div className="ev-panel">
            <JobLine job={stage.job} />
          </div>
        ) : null}
        <MadeRows study={study} stage={stage} />
        {stage.reasons.length > 0 ? <Reasons reasons={stage.reasons} /> : null}
      </Section>
      {stage.kind === 'ask' || stage.kind === 'work' ? (
        <Items key={`${stage.arm} ${stage.stage}`} {...{ study, experiment, stage }} />
      ) : null}
    </>
  )
}
