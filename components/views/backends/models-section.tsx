'use client'

import { Button, Text } from '@mantine/core'
import { useFetchModel, useModels } from '@/components/hooks/use-backends'
import { isActive, useJobs } from '@/components/hooks/use-jobs'
import { DASH, formatBytes, formatShare } from '@/lib/contracts/format'
import { notifyError } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { ProgressBar } from '@/components/ui/progress-bar'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { ModelInfo } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import classes from './backends.module.css'

const STATE: Record<ModelInfo['state'], { text: string; color: string }> = {
  ready: { text: 'Ready', color: 'var(--ev-ok)' },
  missing: { text: 'Not downloaded', color: 'var(--ev-warn)' },
  fetching: { text: 'Downloading', color: 'var(--ev-accent)' },
  failed: { text: 'Failed', color: 'var(--ev-error)' },
}

function jobOf(model: ModelInfo, jobs: readonly Job[] | undefined): Job | undefined {
  return jobs?.find((job) => isActive(job) && job.title.includes(model.label))
}

function FetchButton({ model }: { model: ModelInfo }) {
  const fetchModel = useFetchModel()
  if (model.state !== 'missing' && model.state !== 'failed') return null
  return (
    <Button
      variant="default"
      size="compact-sm"
      loading={fetchModel.isPending}
      onClick={() =>
        fetchModel.mutate(model.id, {
          onError: (error) => notifyError('The download was not started', error),
        })
      }
    >
      Download
    </Button>
  )
}

function State({ model, job }: { model: ModelInfo; job: Job | undefined }) {
  const { text, color } = STATE[model.state]
  const share = job && job.progress.total > 0 ? job.progress.done / job.progress.total : null
  return (
    <>
      <Text span inherit fw={600} c={color}>
        {text}
      </Text>
      {job ? (
        <>
          {share === null ? '' : ` ${formatShare(share)}`}
          <ProgressBar share={share} label={`Downloading ${model.label}`} height={4} />
        </>
      ) : null}
    </>
  )
}

function columnsOf(jobs: readonly Job[] | undefined): Column<ModelInfo>[] {
  return [
    {
      name: 'Model',
      cell: ({ label, purpose }) => (
        <>
          <strong>{label}</strong>
          <div className="ev-dim">{purpose}</div>
        </>
      ),
    },
    { name: 'Licence', kind: 'line', cell: ({ licence }) => licence },
    {
      name: 'Size',
      kind: 'number',
      hint: ({ sizeBytes }) => (sizeBytes > 0 ? undefined : 'Known after the download'),
      cell: ({ sizeBytes }) => (sizeBytes > 0 ? formatBytes(sizeBytes) : DASH),
    },
    {
      name: 'State',
      kind: 'line',
      className: classes.modelState,
      cell: (model) => <State model={model} job={jobOf(model, jobs)} />,
    },
    {
      name: 'Location, or why it is missing',
      kind: 'wrap',
      cell: ({ state, path, reasons, remedy }) => (
        <>
          {state === 'ready' ? <span className="ev-mono">{path}</span> : null}
          {state === 'ready' ? null : reasons.map((reason) => <div key={reason}>{reason}</div>)}
          {remedy ? <div className="ev-dim">{remedy}</div> : null}
        </>
      ),
    },
    { name: 'Action', cell: (model) => <FetchButton model={model} /> },
  ]
}

/** Models that run inside this program, and how to get those that are missing. */
export function ModelsSection() {
  const query = useModels()
  const { data: jobs } = useJobs()
  return (
    <Section title="Embedded models" note="run on this machine, no server needed">
      <QueryState query={query} what="The models could not be read" lines={3} height={48}>
        {(models) => (
          <Table label="Embedded models" columns={columnsOf(jobs)} rows={models} keyOf="id" />
        )}
      </QueryState>
    </Section>
  )
}
