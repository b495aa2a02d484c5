'use client'

import { Button, Group, Select, Text } from '@mantine/core'
import { useState } from 'react'
import { backendOptions } from '@/components/fields/backend-options'
import { useBackends } from '@/components/hooks/use-backends'
import { useCompute } from '@/components/hooks/use-compute'
import { formatDateTime } from '@/lib/contracts/format'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { Notice } from '@/components/ui/states'
import { parentPlaceText, type EmbeddingRun, type ParentPlace } from '@/lib/contracts/operators'

interface EmbeddingFieldsProps {
  studyId: string
  cellId: string
  parent: ParentPlace | null
  runs: readonly EmbeddingRun[]
  run: string | null
  /** What the chosen run lacks for this file and its parent; null where nothing. */
  missing: string | null
  onRun(run: string | null): void
}

/** The run whose embeddings are compared, and what computes them where they are missing. */
export function EmbeddingFields(props: EmbeddingFieldsProps) {
  const { studyId, cellId, parent, runs, run, missing, onRun } = props
  const backends = useBackends()
  const compute = useCompute(studyId)
  const [backendId, setBackendId] = useState('')

  const start = () =>
    compute.mutate(
      {
        metrics: [{ metric: 'parent_likeness', params: { parent: parentPlaceText(parent) } }],
        backends: backendId === '' ? {} : { parent_likeness: backendId },
        rowSet: { kind: 'all' },
        cellIds: [cellId],
      },
      {
        onSuccess: ({ jobs, blocked: [blocked] }) => {
          if (blocked) notifyError('The likeness was not computed', new Error(blocked.reason))
          else if (jobs.length > 0)
            notifyDone('Job queued. The run can be chosen here when it is done.')
          else notifyDone('A run with these values is there already: choose it.')
        },
        onError: (error) => notifyError('The likeness was not computed', error),
      },
    )
  return (
    <>
      <Select
        label="Run"
        description="Its embeddings are compared: every row with every row of the parent file, by cosine."
        placeholder={runs.length === 0 ? 'None yet' : 'Choose a run'}
        disabled={runs.length === 0}
        data={runs.map(({ id, model, createdAt }) => ({
          value: id,
          label: `${model ?? 'model not known'}, ${formatDateTime(createdAt)}, ${id.slice(0, 8)}`,
        }))}
        value={run}
        onChange={onRun}
      />
      {run === null || missing !== null ? (
        <Notice tone={missing === null ? 'info' : 'warn'}>
          <Text>
            {missing === null
              ? 'Compute how like these rows are to those of the parent file. Embeddings that are stored already are used again.'
              : `Nothing would be linked: ${missing}.`}
          </Text>
          <Group mt={8} align="end">
            <Select
              label="Backend"
              data={[
                { value: '', label: 'First suitable backend' },
                ...backendOptions(backends.data ?? [], ['embed']),
              ]}
              value={backendId}
              onChange={(value) => setBackendId(value ?? '')}
            />
            <Button variant="default" onClick={start} loading={compute.isPending}>
              Compute the likeness
            </Button>
          </Group>
        </Notice>
      ) : null}
    </>
  )
}
