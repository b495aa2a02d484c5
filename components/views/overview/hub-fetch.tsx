'use client'

import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useFetchDataset, useHubDataset, useHubDownloads } from '@/components/hooks/use-hub'
import { isActive, useJob, useJobAction } from '@/components/hooks/use-jobs'
import { formatBytes, plural } from '@/lib/contracts/format'
import { ProgressBar } from '@/components/ui/progress-bar'
import { ErrorState, Notice } from '@/components/ui/states'
import { Table } from '@/components/ui/table'
import { hubResultSchema, type HubDataset } from '@/lib/contracts/hub'
import type { Job } from '@/lib/contracts/job'
import type { PreviewRequest } from '@/lib/contracts/uploads'

type Part = HubDataset['parts'][number]
const keyOf = ({ config, split, name }: Part) => `${config}/${split}/${name}`

interface PartsProps {
  dataset: HubDataset
  onFetch(parts: Part[]): void
  isStarting: boolean
}

/** What a data set holds, with its sizes, and what of it is to be fetched. */
function Parts({ dataset, onFetch, isStarting }: PartsProps) {
  const readable = dataset.parts.filter(({ reason }) => reason === null)
  const [chosen, setChosen] = useState(new Set(readable.length === 1 ? readable.map(keyOf) : []))
  const wanted = readable.filter((part) => chosen.has(keyOf(part)))
  const size = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const toggle = (key: string, isWanted: boolean) =>
    setChosen(
      (before) => new Set([...before].filter((one) => one !== key).concat(isWanted ? [key] : [])),
    )
  if (dataset.parts.length === 0) {
    return <Notice>{dataset.name} holds no JSON, JSONL, CSV or Parquet file.</Notice>
  }
  return (
    <>
      <Table
        label={`Parts of ${dataset.name}`}
        rows={dataset.parts}
        keyOf={keyOf}
        maxHeight={260}
        columns={[
          {
            name: 'Configuration',
            kind: 'name',
            cell: (part) => (
              <Checkbox
                label={part.config}
                aria-label={`${part.config} ${part.split}`}
                disabled={part.reason !== null}
                checked={chosen.has(keyOf(part))}
                onChange={(event) => toggle(keyOf(part), event.currentTarget.checked)}
              />
            ),
          },
          { name: 'Split', cell: (part) => part.split },
          { name: 'Files', kind: 'number', cell: (part) => part.files },
          { name: 'Size', kind: 'number', cell: (part) => formatBytes(part.sizeBytes) },
          { name: 'Imported as', cell: (part) => part.reason ?? part.name },
        ]}
      />
      <Group gap="xs">
        <Button disabled={wanted.length === 0} loading={isStarting} onClick={() => onFetch(wanted)}>
          {wanted.length === 0
            ? 'Choose what to fetch'
            : `Fetch ${plural(wanted.length, 'part')}, ${formatBytes(size)}`}
        </Button>
        <span className="ev-dim">commit {dataset.commit.slice(0, 10)}</span>
      </Group>
    </>
  )
}

interface DownloadProps {
  /** As it was started; what is asked of it later is newer. */
  started: Job
  onUploads(uploads: PreviewRequest[]): void
}

/** A download with its progress; what it became is handed on when it is there. */
function Download({ started, onUploads }: DownloadProps) {
  const job = useJob(started.id).data?.job ?? started
  const action = useJobAction()
  const isTaken = useRef(false)
  useEffect(() => {
    if (isTaken.current || job.state !== 'succeeded') return
    isTaken.current = true
    onUploads(hubResultSchema.parse(job.result).uploads)
  }, [job, onUploads])
  if (job.state === 'succeeded') return null
  const act = (name: 'cancel' | 'retry') => action.mutate({ jobId: job.id, action: name })
  const { done, total, phase } = job.progress
  return (
    <Stack gap={4}>
      <ProgressBar share={total > 0 ? done / total : null} label={job.title} />
      <Group gap="xs">
        <span>
          {job.error ??
            `${phase}: ${formatBytes(done)}${total > 0 ? ` of ${formatBytes(total)}` : ''}`}
        </span>
        <Button variant="default" size="xs" onClick={() => act(isActive(job) ? 'cancel' : 'retry')}>
          {isActive(job) ? 'Cancel' : 'Go on'}
        </Button>
      </Group>
    </Stack>
  )
}

interface EarlierProps {
  /** The download that this dialog started, which is shown apart. */
  ownId: string | undefined
  onUploads(uploads: PreviewRequest[]): void
}

/** Downloads that an earlier dialog started: what became of them is not imported yet. */
function Earlier({ ownId, onUploads }: EarlierProps) {
  const downloads = useHubDownloads().data ?? []
  const [taken, setTaken] = useState<readonly string[]>([])
  const take = (id: string, uploads: PreviewRequest[]) => {
    setTaken((before) => [...before, id])
    onUploads(uploads)
  }
  return downloads
    .filter(({ id }) => id !== ownId && !taken.includes(id))
    .map((job) =>
      job.state === 'succeeded' ? (
        <Group key={job.id} gap="xs">
          <span>{job.title}: fetched, not imported yet</span>
          <Button
            size="xs"
            variant="default"
            onClick={() => take(job.id, hubResultSchema.parse(job.result).uploads)}
          >
            Add to this import
          </Button>
        </Group>
      ) : (
        <Download key={job.id} started={job} onUploads={(uploads) => take(job.id, uploads)} />
      ),
    )
}

interface HubFetchProps {
  onUploads(uploads: PreviewRequest[]): void
}

/** Fetches a data set of the Hugging Face hub by its name; what is fetched is then imported like any file. */
export function HubFetch({ onUploads }: HubFetchProps) {
  const [name, setName] = useState('')
  const [revision, setRevision] = useState('')
  const [asked, setAsked] = useState<{ name: string; revision: string } | null>(null)
  const dataset = useHubDataset(asked)
  const start = useFetchDataset()
  const job = start.data?.job
  const look = () => {
    start.reset()
    const next = { name: name.trim(), revision: revision.trim() || 'main' }
    if (asked?.name === next.name && asked.revision === next.revision) void dataset.refetch()
    else setAsked(next)
  }
  const fetchParts = ({ name: of, commit }: HubDataset, parts: readonly Part[]) => {
    const named = parts.map(({ config, split }) => ({ config, split }))
    start.mutate({ name: of, commit, parts: named })
  }
  return (
    <Stack gap="xs" className="ev-panel" p="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          look()
        }}
      >
        <Group gap="xs" align="end">
          <TextInput
            label="Data set of the Hugging Face hub"
            placeholder="org/name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            w={320}
            data-autofocus
          />
          <TextInput
            label="Revision"
            placeholder="main"
            value={revision}
            onChange={(event) => setRevision(event.currentTarget.value)}
            w={160}
          />
          <Button
            type="submit"
            variant="default"
            disabled={name.trim() === ''}
            loading={dataset.isFetching}
          >
            Show what it holds
          </Button>
        </Group>
      </form>
      {dataset.error && !dataset.isFetching ? (
        <ErrorState what="The data set could not be read" error={dataset.error} />
      ) : null}
      {dataset.data && !job ? (
        <Parts
          key={`${dataset.data.name}@${dataset.data.commit}`}
          dataset={dataset.data}
          isStarting={start.isPending}
          onFetch={(parts) => fetchParts(dataset.data, parts)}
        />
      ) : null}
      {start.error ? <ErrorState what="Nothing was fetched" error={start.error} /> : null}
      {job ? <Download key={job.id} started={job} onUploads={onUploads} /> : null}
      <Earlier ownId={job?.id} onUploads={onUploads} />
    </Stack>
  )
}
